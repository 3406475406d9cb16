#ifndef SPOOR_EVENTS_PROCESS_VM_H
#define SPOOR_EVENTS_PROCESS_VM_H

#include "../lib/find_task.h"
#include "../lib/syscalls.h"
#include "target.h"

enum process_vm_call {
	PROCESS_VM_READV = 0,
	PROCESS_VM_WRITEV = 1,
};

#define SYSCALLS_process_vm(SYSCALL, kind)                                                                     \
	SYSCALL(kind, 310, 347, 270, PROCESS_VM_READV)                                                         \
	SYSCALL(kind, 539, NONE, NONE, PROCESS_VM_READV)                                                       \
	SYSCALL(kind, 311, 348, 271, PROCESS_VM_WRITEV)                                                        \
	SYSCALL(kind, 540, NONE, NONE, PROCESS_VM_WRITEV)

/* A process read or wrote memory of another process, or could not. */
struct process_vm_event {
	struct event_header header;
	/* bytes that were copied, or -errno */
	__s32 result;
	enum process_vm_call call;
	/* as the caller gave it, in its own pid namespace */
	__s32 pid;
	__u32 unused;
	/*
	 * The process with this pid when the call returns, as the kernel has it, in the initial
	 * namespace; all 0 if there is none. The thread is always 0: the memory is that of the process.
	 */
	__u64 target_start_time_ns;
	__u32 target_tgid;
	__u32 target_tid;
	char target_comm[16];
};

static __always_inline bool fill_process_vm(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct process_vm_event *event = (void *)frame->record;
	struct task_struct *target;

	event->result = call->result;
	event->call = call->form;
	event->pid = call->arguments[0];
	target = (void *)task_of_pid(task, event->pid);
	if (!target)
		return true;
	target_store(event, target);
	event->target_tid = 0;
	/*
	 * A target that is older than the caller has had its pid during the call. Another may have
	 * taken the pid of a process that ended.
	 */
	event->header.flags |=
		EVENT_RACY * (BPF_CORE_READ(target, start_boottime) > BPF_CORE_READ(task, start_boottime));
	return true;
}

#endif
