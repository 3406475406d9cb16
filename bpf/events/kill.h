#ifndef SPOOR_EVENTS_KILL_H
#define SPOOR_EVENTS_KILL_H

#include "../lib/syscalls.h"
#include "target.h"

enum kill_call {
	KILL_KILL = 0,
	KILL_TKILL = 1,
	KILL_TGKILL = 2,
	KILL_RT_SIGQUEUEINFO = 3,
	KILL_RT_TGSIGQUEUEINFO = 4,
	KILL_PIDFD_SEND_SIGNAL = 5,
};

#define SYSCALLS_kill(SYSCALL, kind)                                                                           \
	SYSCALL(kind, 62, 37, 129, KILL_KILL)                                                               \
	SYSCALL(kind, 200, 238, 130, KILL_TKILL)                                                               \
	SYSCALL(kind, 234, 270, 131, KILL_TGKILL)                                                              \
	SYSCALL(kind, 129, 178, 138, KILL_RT_SIGQUEUEINFO)                                                               \
	SYSCALL(kind, 524, NONE, NONE, KILL_RT_SIGQUEUEINFO)                                                             \
	SYSCALL(kind, 297, 335, 240, KILL_RT_TGSIGQUEUEINFO)                                                        \
	SYSCALL(kind, 536, NONE, NONE, KILL_RT_TGSIGQUEUEINFO)                                                      \
	SYSCALL(kind, 424, 424, 424, KILL_PIDFD_SEND_SIGNAL)

/*
 * A process sent a signal: one event for each process that gets it, from the kernel's own signal
 * path; or, at the return of the call, one that it could not send, or signal 0, which only asks.
 * Kernels before 5.15 tell one event a call, without the target.
 */
struct kill_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	__u32 signal;
	enum kill_call call;
	/*
	 * As the caller gave it, in its own pid namespace: a process or thread; 0, -1 and less for
	 * groups. Of pidfd_send_signal the descriptor.
	 */
	__s32 pid;
	/*
	 * whom it reached, as the kernel has it, in the initial namespace; all 0 when it reached nobody
	 */
	__u64 target_start_time_ns;
	__u32 target_tgid;
	/* 0 when the signal is for the whole process */
	__u32 target_tid;
	char target_comm[16];
};

/* A process and one of its threads, and then the signal. */
static __always_inline bool kill_names_thread(const struct syscall *call)
{
	return call->form == KILL_TGKILL || call->form == KILL_RT_TGSIGQUEUEINFO;
}

static __always_inline __u32 kill_signal(const struct syscall *call)
{
	return call->arguments[kill_names_thread(call) ? 2 : 1];
}

static __always_inline void fill_kill_call(struct kill_event *event, const struct syscall *call)
{
	event->call = call->form;
	event->signal = kill_signal(call);
	event->pid = call->arguments[kill_names_thread(call) ? 1 : 0];
}

static __always_inline bool fill_kill(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct kill_event *event = (void *)frame->record;

	/* programs/kill.h has reported the signal where it was sent. */
	if (use_task_regs && call->result >= 0 && kill_signal(call))
		return false;
	event->result = call->result;
	fill_kill_call(event, call);
	return true;
}

#endif
