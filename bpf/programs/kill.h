/*
 * Signals that a process sends, at the place where the kernel hands them to each process that gets
 * one.
 */
#ifndef SPOOR_PROGRAMS_KILL_H
#define SPOOR_PROGRAMS_KILL_H

#include "../events/kill.h"
#include "syscall.h"

/* include/trace/events/signal.h: what became of the signal. */
#define TRACE_SIGNAL_OVERFLOW_FAIL 3

/*
 * The current task may be anyone: a timer or a dying child sends in whatever task it interrupts. It
 * is the sender when it is in a call that sends this very signal. What the signal says of its own
 * sender is not asked: rt_sigqueueinfo() lets the caller choose that.
 */
static __always_inline bool sends_signal(struct syscall *call, struct task_struct *task, int signal)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);

	syscall_identify(call, regs);
	if (call->kind != EVENT_KILL)
		return false;
	syscall_arguments(call, regs);
	return kill_signal(call) == (__u32)signal;
}

/* A function of its own, for the stack's sake. */
static __noinline int tell_signal(struct frame *frame, const struct scope_set *set, const struct syscall *call,
				  struct task_struct *target, int to_process)
{
	struct kill_event *event = syscall_begin(frame, set, call, EVENT_KILL, sizeof(*event));

	fill_kill_call(event, call);
	target_store(event, target);
	if (to_process)
		event->target_tid = 0;
	record_append_exe(frame);
	record_end(frame, activity);
	return 0;
}

SEC("?tp_btf/signal_generate")
int BPF_PROG(on_event_kill, int signal, struct kernel_siginfo *info, struct task_struct *target, int to_process,
	     int outcome)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct scope_set *set;
	struct subject subject;
	struct syscall call;
	struct frame *frame;

	/* Of one that did not fit into the queue the call returns an error, and that is told. */
	if (outcome == TRACE_SIGNAL_OVERFLOW_FAIL || !sends_signal(&call, task, signal))
		return 0;
	set = scopes_current();
	frame = frame_take(EVENT_KILL);
	if (!frame)
		return 0;
	subject = subject_of(task);
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL) && (frame->matched & set->events[EVENT_KILL]))
		tell_signal(frame, set, &call, target, to_process);
	frame_release();
	return 0;
}

#endif
