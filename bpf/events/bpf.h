#ifndef SPOOR_EVENTS_BPF_H
#define SPOOR_EVENTS_BPF_H

#include "../lib/anonymous.h"
#include "../lib/syscalls.h"
#include "call_objects.h"

#define SYSCALLS_bpf(SYSCALL, kind) SYSCALL(kind, 321, 357, 280, 0)

/* include/uapi/linux/bpf.h: enum bpf_cmd, and offsets in union bpf_attr. */
#define BPF_MAP_CREATE 0
#define BPF_PROG_LOAD 5
#define BPF_ATTR_TYPE 0
#define BPF_ATTR_MAP_NAME 28
#define BPF_ATTR_PROG_NAME 48

/* The bpf() call: programs, maps and all else. */
struct bpf_event {
	struct event_header header;
	/* what the command returns, often a file descriptor, or -errno */
	__s32 result;
	/* enum bpf_cmd */
	__u32 command;
	/*
	 * Of a program that was loaded or a map that was made: type (enum bpf_prog_type, enum
	 * bpf_map_type), id and name as the kernel has them. Of one that was not, type and name as the
	 * caller gave them (EVENT_USER_MEMORY). Else 0.
	 */
	__u32 type;
	__u32 id;
	char name[16];
};

static __always_inline bool fill_bpf_object(struct frame *frame, struct task_struct *task)
{
	struct bpf_event *event = (void *)frame->record;
	struct bpf_prog_aux *aux;
	struct bpf_prog *prog;
	struct bpf_map *map;

	record_flag_racy(frame);
	if (event->command == BPF_PROG_LOAD) {
		prog = anonymous(task, event->result, "bpf-prog");
		if (!prog)
			return false;
		aux = BPF_CORE_READ(prog, aux);
		event->type = BPF_CORE_READ(prog, type);
		event->id = BPF_CORE_READ(aux, id);
		bpf_core_read(&event->name, sizeof(event->name), &aux->name);
		return true;
	}
	map = anonymous(task, event->result, "bpf-map");
	if (!map)
		return false;
	event->type = BPF_CORE_READ(map, map_type);
	event->id = BPF_CORE_READ(map, id);
	bpf_core_read(&event->name, sizeof(event->name), &map->name);
	return true;
}

static __always_inline bool fill_bpf(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct bpf_event *event = (void *)frame->record;
	const void *attributes = (void *)call->arguments[1];
	__u32 size = call->arguments[2];
	__u32 name_at;

	event->result = call->result;
	event->command = call->arguments[0];
	if (event->command != BPF_PROG_LOAD && event->command != BPF_MAP_CREATE)
		return true;
	if (event->result >= 0 && fill_bpf_object(frame, task))
		return true;
	event->header.flags |= EVENT_USER_MEMORY;
	name_at = event->command == BPF_PROG_LOAD ? BPF_ATTR_PROG_NAME : BPF_ATTR_MAP_NAME;
	bpf_probe_read_user(&event->type, sizeof(event->type), attributes + BPF_ATTR_TYPE);
	if (size >= name_at + sizeof(event->name))
		bpf_probe_read_user(&event->name, sizeof(event->name), attributes + name_at);
	return true;
}

#endif
