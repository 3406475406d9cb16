#ifndef SPOOR_EVENTS_PTRACE_H
#define SPOOR_EVENTS_PTRACE_H

#include "../lib/syscalls.h"
#include "target.h"

#define SYSCALLS_ptrace(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 101, 26, 117, 0)                                                                         \
	SYSCALL(kind, 521, NONE, NONE, 0)

#define PTRACE_TRACEME 0

/*
 * Of a tracer's tasks, how many are looked at for the one that a call names. The newest come first.
 */
#define TRACEES_MAX 32

/* A thread traced another, or could not. */
struct ptrace_event {
	struct event_header header;
	/* -errno, or what the request returns */
	__s32 result;
	/* PTRACE_ */
	__u32 request;
	/* as the caller gave it, in its own pid namespace */
	__s32 pid;
	__u32 unused;
	__u64 address;
	__u64 data;
	/*
	 * The traced thread as the kernel has it, in the initial namespace: found among those that the
	 * caller traces. All 0 when it is not: after a detach, a failed attach, and of a tracer's 33rd
	 * thread and on.
	 */
	__u64 target_start_time_ns;
	__u32 target_tgid;
	__u32 target_tid;
	char target_comm[16];
};

/* The id of a task as the pid namespace of this level, one that it is in, has it. */
static __always_inline __s32 task_pid_at(struct task_struct *task, __u32 level)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid upid = {};

	if (level > BPF_CORE_READ(pid, level))
		return 0;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level]);
	return upid.nr;
}

static __always_inline struct task_struct *tracee_of(struct task_struct *tracer, __s32 wanted)
{
	struct list_head *head = (void *)tracer + bpf_core_field_offset(struct task_struct, ptraced);
	struct pid *pid = BPF_CORE_READ(tracer, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct list_head *link = head;
	struct task_struct *tracee;

	for (int i = 0; i < TRACEES_MAX; i++) {
		link = BPF_CORE_READ(link, next);
		if (!link || link == head)
			return NULL;
		tracee = (void *)link - bpf_core_field_offset(struct task_struct, ptrace_entry);
		if (task_pid_at(tracee, level) == wanted)
			return tracee;
	}
	return NULL;
}

static __always_inline bool fill_ptrace(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct ptrace_event *event = (void *)frame->record;
	struct task_struct *target;

	event->result = call->result;
	event->request = call->arguments[0];
	event->pid = call->arguments[1];
	event->address = call->arguments[2];
	event->data = call->arguments[3];
	target = event->request == PTRACE_TRACEME ? task : tracee_of(task, event->pid);
	if (target)
		target_store(event, target);
	return true;
}

#endif
