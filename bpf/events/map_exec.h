#ifndef SPOOR_EVENTS_MAP_EXEC_H
#define SPOOR_EVENTS_MAP_EXEC_H

#include "../lib/find_mapping.h"
#include "../maps/executable_memory.h"
#include "call_objects.h"

enum mapping_call {
	MAPPING_MMAP = 0,
	MAPPING_MPROTECT = 1,
	MAPPING_PKEY_MPROTECT = 2,
	MAPPING_SHMAT = 3,
};

/* In the form: the call of i386 whose arguments are in memory. */
#define MAPPING_IN_MEMORY 0x10

#define SYSCALLS_map_exec(SYSCALL, kind)                                                                       \
	SYSCALL(kind, 9, 192, 222, MAPPING_MMAP)                                                              \
	SYSCALL(kind, NONE, 90, NONE, MAPPING_MMAP | MAPPING_IN_MEMORY)                                      \
	SYSCALL(kind, 10, 125, 226, MAPPING_MPROTECT)                                                         \
	SYSCALL(kind, 329, 380, 288, MAPPING_PKEY_MPROTECT)                                                   \
	SYSCALL(kind, 30, 397, 196, MAPPING_SHMAT)

/* include/uapi/asm-generic/mman-common.h, include/linux/shm.h, include/uapi/linux/personality.h */
#define PROT_READ 0x1
#define PROT_EXEC 0x4
#define MAP_ANONYMOUS 0x20
#define SHM_EXEC 0100000
#define READ_IMPLIES_EXEC 0x0400000

/* Mappings of one call that are looked at. Without bpf_loop the verifier reads each. */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define MAPPINGS_MAX 4
#else
#define MAPPINGS_MAX 1024
#endif

enum mapping_memory {
	MAPPING_FILE = 0,
	MAPPING_ANONYMOUS = 1,
	MAPPING_HEAP = 2,
	MAPPING_STACK = 3,
	/* the kernel did not say which mapping it is */
	MAPPING_UNKNOWN = 4,
};

/*
 * Memory of a process became executable, or could not: a file, or another kind of memory, for the
 * first time in the program that it runs.
 */
struct map_exec_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	enum mapping_call call;
	/* PROT_ flags as asked for; 0 of shmat() */
	__u32 protection;
	/* MAP_ flags of mmap() */
	__u32 flags;
	/* of the mapping as the kernel has it; if it is not known, as the call says */
	__u64 address;
	__u64 length;
	__u64 inode;
	__u32 device;
	enum mapping_memory memory;
	/* 1 if the mapping is writable, too */
	__u32 is_writable;
	/* SHM_ flags of shmat() */
	__u32 shm_flags;
	/* of a file, as the kernel has it */
	struct var_bytes path;
};

#define I386_MMAP_ARGUMENTS 6

/* Reads the arguments of the call of i386 that has them in memory. */
static __noinline int map_exec_arguments(struct syscall *call)
{
	__u32 from_memory[I386_MMAP_ARGUMENTS] = {};

	if (!(call->form & MAPPING_IN_MEMORY))
		return 0;
	call->form &= ~MAPPING_IN_MEMORY;
	call->in_memory = true;
	bpf_probe_read_user(from_memory, sizeof(from_memory), (void *)call->arguments[0]);
	for (int i = 0; i < I386_MMAP_ARGUMENTS; i++)
		call->arguments[i] = from_memory[i];
	return 0;
}

static __always_inline bool map_exec_asks(const struct syscall *call)
{
	return call->arguments[2] & (call->form == MAPPING_SHMAT ? SHM_EXEC : PROT_EXEC);
}

/*
 * Returns whether the call can make memory executable. Asked before anything is collected: most
 * calls cannot. A personality makes all readable memory executable.
 */
static __always_inline bool map_exec_is_due(const struct syscall *call)
{
	struct task_struct *task = current_task();

	return call->form & MAPPING_IN_MEMORY || map_exec_asks(call) ||
	       task_field(task, personality) & READ_IMPLIES_EXEC;
}

static __always_inline bool map_exec_has_range(const struct syscall *call)
{
	return call->form == MAPPING_MPROTECT || call->form == MAPPING_PKEY_MPROTECT;
}

/* Anonymous memory, as /proc/PID/maps names it. */
static __always_inline enum mapping_memory anonymous_memory(const struct mapping *mapping, struct task_struct *task)
{
	struct mm_struct *memory = BPF_CORE_READ(task, mm);
	__u64 stack = BPF_CORE_READ(memory, start_stack);

	if (mapping->start <= stack && stack <= mapping->end)
		return MAPPING_STACK;
	if (mapping->start < BPF_CORE_READ(memory, brk) && mapping->end > BPF_CORE_READ(memory, start_brk))
		return MAPPING_HEAP;
	return MAPPING_ANONYMOUS;
}

/*
 * Returns the address of the path by which a file was opened. A mapping can have the file of a
 * layer. That the kernel has such a file shows where the path would be: a mount and a name in it.
 */
static __always_inline unsigned long path_of_mapped(struct file *file)
{
	struct backing_file *backing = (void *)file;
	struct super_block *super;

	if (bpf_core_field_exists(backing->user_path) && BPF_CORE_READ(file, f_mode) & FMODE_BACKING) {
		super = BPF_CORE_READ(backing, user_path.mnt, mnt_sb);
		if (super && super == BPF_CORE_READ(backing, user_path.dentry, d_sb))
			return (unsigned long)backing + bpf_core_field_offset(struct backing_file, user_path);
	}
	return (unsigned long)file + bpf_core_field_offset(struct file, f_path);
}

static __noinline int map_exec_append_file(struct frame *frame, struct file *file)
{
	struct map_exec_event *event = (void *)frame->record;
	unsigned long address = path_of_mapped(file);
	struct path *path = (void *)address;

	event->memory = MAPPING_FILE;
	event_store_inode(event, BPF_CORE_READ(path, dentry, d_inode));
	path_of(&frame->path, address);
	record_append_path(frame, &event->path);
	return 0;
}

/* Returns whether the event has memory that was not reported before. */
static __noinline int map_exec_is_new(const struct map_exec_event *event, struct task_struct *task)
{
	struct executable_memory memory = {
		.start_time_ns = event->header.start_time_ns,
		.inode = event->inode,
		.tgid = event->header.tgid,
		.device = event->device,
		.execs = BPF_CORE_READ((struct task_struct___exec *)task, self_exec_id),
		.memory = event->memory,
		.is_writable = event->is_writable,
		.scopes_version = event->header.scopes_version,
	};

	return executable_memory_is_new(&memory);
}

/* Fills what only the mapping says: `frame->mapping`, which was looked for. */
static __always_inline struct file *map_exec_fill_mapping(struct frame *frame, struct task_struct *task,
							  const struct syscall *call)
{
	struct map_exec_event *event = (void *)frame->record;
	const struct mapping *mapping = &frame->mapping;

	event->is_writable = !!(mapping->flags & VM_WRITE);
	if (call->result >= 0) {
		event->address = mapping->start;
		event->length = mapping->end - mapping->start;
	}
	if (!mapping->file)
		event->memory = anonymous_memory(mapping, task);
	return (void *)mapping->file;
}

/* The file or the memory as the call says. */
static __always_inline struct file *map_exec_fill_call(struct map_exec_event *event, struct task_struct *task,
						       const struct syscall *call)
{
	if (call->form != MAPPING_MMAP)
		return NULL;
	if (!(event->flags & MAP_ANONYMOUS))
		return file_of_fd(task, call->arguments[4]);
	event->memory = MAPPING_ANONYMOUS;
	return NULL;
}

static __always_inline void map_exec_fill_arguments(struct map_exec_event *event, const struct syscall *call)
{
	__u64 at = call->arguments[0];

	if (call->form == MAPPING_SHMAT) {
		event->shm_flags = call->arguments[2];
		at = call->arguments[1];
	} else {
		event->protection = call->arguments[2];
		event->length = call->arguments[1];
	}
	if (call->form == MAPPING_MMAP)
		event->flags = call->arguments[3];
	event->address = map_exec_has_range(call) || call->result < 0 ? at : (__u64)call->result;
}

static __always_inline bool fill_map_exec(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct map_exec_event *event = (void *)frame->record;
	bool has_mapping = frame->mapping.end && (call->result < 0 || frame->mapping.flags & VM_EXEC);
	struct file *file;

	/* Without the mapping nothing says whether the personality made it executable. */
	if (!has_mapping && !map_exec_asks(call))
		return false;
	event->result = call->result < 0 ? call->result : 0;
	event->call = call->form;
	map_exec_fill_arguments(event, call);
	event->memory = MAPPING_UNKNOWN;
	record_flag_racy(frame);
	event->header.flags |= EVENT_RACY * (BPF_CORE_READ(task, mm, mm_users.counter) > 1);
	file = has_mapping ? map_exec_fill_mapping(frame, task, call) : map_exec_fill_call(event, task, call);
	if (file)
		map_exec_append_file(frame, file);
	return call->result < 0 || map_exec_is_new(event, task);
}

#endif
