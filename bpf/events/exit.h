#ifndef SPOOR_EVENTS_EXIT_H
#define SPOOR_EVENTS_EXIT_H

#include "../maps/frame.h"
#include "event.h"

/* The last thread of a process ends. */
struct exit_event {
	struct event_header header;
	__u64 duration_ns;
	/* the argument of exit(); 0 when a signal ended it */
	__u32 code;
	/* 0 when it exited by itself */
	__u32 signal;
	__u32 core_dumped;
	/* which of the bytes below the kernel counts */
	enum io_accounts io_accounts;
	/* All that follows is of the whole process up to here: threads that have ended too. */
	__u64 user_time_ns;
	__u64 system_time_ns;
	__u64 max_rss_bytes;
	/* as calls like read() and write() returned them, and those of children that were waited for */
	__u64 read_bytes;
	__u64 write_bytes;
	/* as storage was asked for them */
	__u64 storage_read_bytes;
	__u64 storage_write_bytes;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
};

/* Nanoseconds from one tick to the next, of the slowest clock that kernels are built with. */
#define TICK_MAX 10000000

/*
 * The scheduler adds to the run time of a thread at each tick, and when the thread leaves the CPU.
 * Here the stretch since then is missing. A program that ends before the first tick would have no
 * time at all. A thread that has never waited, but for a CPU, ran all of its life less that wait.
 * The difference is at most a tick. If it is more, the machine was not there all the time, as in a
 * virtual machine, and nothing is added.
 */
static __always_inline __u64 last_stretch(struct task_struct *task, __u64 now)
{
	__u64 known = BPF_CORE_READ(task, se.sum_exec_runtime);
	__u64 missing;

	if (!bpf_core_field_exists(task->sched_info.run_delay) || BPF_CORE_READ(task, nvcsw))
		return 0;
	missing = now - task_field(task, start_boottime) - BPF_CORE_READ(task, sched_info.run_delay) - known;
	return missing < TICK_MAX ? missing : 0;
}

/*
 * Divides the time by where the ticks met the process, in user space or in the kernel, as wait4()
 * does. (kernel/sched/cputime.c, cputime_adjust)
 */
static __always_inline void exit_times(struct exit_event *event, const struct accounts *accounts, __u64 run_ns)
{
	__u64 system = run_ns;

	if (!accounts->system_ns)
		system = 0;
	else if (accounts->user_ns)
		system = share_of(run_ns, accounts->system_ns, accounts->system_ns + accounts->user_ns);
	event->system_time_ns = system;
	event->user_time_ns = run_ns - system;
}

/* Takes a number alone, so that verifiers before 5.12 read it once a program, too. */
__noinline int exit_accounts_try(unsigned long signal)
{
	struct frame *frame = frame_current();

	return frame ? accounts_fill(&frame->accounts, (void *)signal) : 0;
}

static __noinline int exit_accounts(struct frame *frame, struct task_struct *task, struct signal_struct *signal)
{
	struct exit_event *event = (void *)frame->record;
	struct accounts *accounts = &frame->accounts;

	/* As often as it takes to miss no thread and to add none twice. */
	for (int i = 0; i < ACCOUNTS_TRIES; i++)
		if (!exit_accounts_try((unsigned long)signal))
			break;
	exit_times(event, accounts, accounts->run_ns + last_stretch(task, event->header.time_ns));
	event->io_accounts = io_accounts();
	event->max_rss_bytes = BPF_CORE_READ(signal, maxrss) * page_size;
	event->read_bytes = accounts->read_bytes;
	event->write_bytes = accounts->write_bytes;
	event->storage_read_bytes = accounts->storage_read_bytes;
	event->storage_write_bytes = accounts->storage_write_bytes;
	event->voluntary_switches = accounts->voluntary_switches;
	event->involuntary_switches = accounts->involuntary_switches;
	return 0;
}

#endif
