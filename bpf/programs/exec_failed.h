/*
 * Execs that failed, at the return of the call: by the program for all system calls where it is
 * loaded, else by this one.
 */
#ifndef SPOOR_PROGRAMS_EXEC_FAILED_H
#define SPOOR_PROGRAMS_EXEC_FAILED_H

#include "../events/exec_failed.h"
#include "begin.h"

#if defined(__TARGET_ARCH_x86)
#define IF_NATIVE(kind, x86, i386, arm64, form_of) if (number == x86) { call->form = form_of; return true; }
#define IF_COMPAT(kind, x86, i386, arm64, form_of) if (number == i386) { call->form = form_of; return true; }
#else
#define IF_NATIVE(kind, x86, i386, arm64, form_of) if (number == arm64) { call->form = form_of; return true; }
#define IF_COMPAT(kind, x86, i386, arm64, form_of)
#endif

/*
 * Is the task in one of these calls? NONE, for one that the architecture lacks, is the number of no
 * call.
 */
static __always_inline bool is_exec_call(struct syscall *call, struct pt_regs *regs)
{
	__u32 number = syscall_number(regs);

	call->in_memory = false;
	call->compat = is_compat_task(current_task());
	if (call->compat) {
		SYSCALLS_exec_failed(IF_COMPAT, 0)
	} else {
		SYSCALLS_exec_failed(IF_NATIVE, 0)
	}
	return false;
}

/* A function of its own, for the stack's sake. */
static __noinline int exec_failed_record(struct frame *frame, const struct scope_set *set, struct task_struct *task,
					 const struct syscall *call)
{
	if (!(frame->matched & set->events[EVENT_EXEC_FAILED]))
		return 0;
	syscall_begin(frame, set, call, EVENT_EXEC_FAILED, sizeof(struct exec_failed_event));
	fill_exec_failed(frame, task, call);
	record_append_exe(frame);
	record_end(frame, lifecycle);
	return 0;
}

/* Few calls fail, which is asked first. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(on_event_exec_failed, struct pt_regs *regs, long result)
{
	const struct scope_set *set;
	struct subject subject;
	struct syscall call;
	struct frame *frame;

	if (!is_exec_failure(result) || !is_exec_call(&call, regs))
		return 0;
	set = scopes_current();
	frame = frame_take(EVENT_EXEC_FAILED);
	if (!frame)
		return 0;
	subject = subject_of(current_task());
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL)) {
		call.result = result;
		syscall_arguments(&call, regs);
		exec_failed_record(frame, set, subject.task, &call);
	}
	frame_release();
	return 0;
}

#endif
