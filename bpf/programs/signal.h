/*
 * Signals that the kernel sends by itself, at the place where it hands them to their receiver. The
 * current task is the receiver of a fault, and otherwise any task.
 */
#ifndef SPOOR_PROGRAMS_SIGNAL_H
#define SPOOR_PROGRAMS_SIGNAL_H

#include "../events/signal.h"
#include "kill.h"

#define SIGNAL_MAX 64

/* In place of a pointer to facts: include/linux/signal.h. */
#define SEND_SIG_NOINFO ((void *)0)
#define SEND_SIG_PRIV ((void *)1)

/* Calls between the OOM killer and the hook, and those of the program itself. */
#define SIGNAL_STACK 24

static __always_inline int code_of(struct kernel_siginfo *info)
{
	if (info == SEND_SIG_NOINFO)
		return SI_USER;
	return info == SEND_SIG_PRIV ? SI_KERNEL : BPF_CORE_READ(info, si_code);
}

/*
 * Returns whether a call of a process sent the signal, which is the event `kill`. Before 5.15 the
 * call is not known. A process can choose codes below 0, and for itself any other.
 */
static __always_inline bool is_sent_by_call(int signal, struct kernel_siginfo *info)
{
	struct syscall call;

	if (use_task_regs)
		return sends_signal(&call, bpf_get_current_task_btf(), signal);
	return info != SEND_SIG_NOINFO && code_of(info) <= 0;
}

static __always_inline bool is_fault(__u32 signal)
{
	return 1UL << signal & (1UL << SIGILL | 1UL << SIGTRAP | 1UL << SIGBUS | 1UL << SIGFPE | 1UL << SIGSEGV);
}

/* Stores what the signal says: the members that this signal and this code have. */
static __noinline int signal_store_info(struct signal_event *event, struct kernel_siginfo *info)
{
	__u32 signal = event->signal;
	int code = code_of(info);
	bool is_own = code > 0 && code < SI_KERNEL;

	event->code = (__u16)code | (is_own ? signal << 16 : 0);
	event->syscall = -1;
	if (!is_own)
		return 0;
	if (is_fault(signal)) {
		event->has_address = 1;
		event->address = (unsigned long)BPF_CORE_READ(info, _sifields._sigfault._addr);
	}
	if (signal == SIGSYS && code == SYS_SECCOMP)
		event->syscall = BPF_CORE_READ(info, _sifields._sigsys._syscall);
	return 0;
}

static __noinline int signal_store_outcome(struct signal_event *event, struct task_struct *task, int outcome)
{
	__u32 signal = event->signal;
	__u64 handler = signal_handler(task, signal);
	bool is_blocked = BPF_CORE_READ(task, blocked.sig[0]) >> (signal - 1) & 1;

	event->action = handler > SIG_IGN ? SIGNAL_HANDLER : (enum signal_action)handler;
	event->outcome = outcome;
	/* Of a process with several threads, another one may take it. */
	if (outcome == SIGNAL_DELIVERED && is_blocked &&
	    (event->receiver == SIGNAL_THREAD || BPF_CORE_READ(task, signal, nr_threads) == 1))
		event->outcome = SIGNAL_BLOCKED;
	return 0;
}

/* Pages of one kind. */
#define mm_pages(mm, kind)                                                                                     \
	({                                                                                                     \
		struct mm_struct___sums *__sums = (void *)(mm);                                                \
		struct mm_struct___counters *__counters = (void *)(mm);                                        \
		__s64 __pages;                                                                                 \
		if (bpf_core_type_exists(struct mm_rss_stat))                                                  \
			__pages = BPF_CORE_READ(__sums, rss_stat.count[kind].counter);                         \
		else                                                                                           \
			__pages = BPF_CORE_READ(__counters, rss_stat[kind].count);                             \
		__pages < 0 ? 0 : (__u64)__pages;                                                              \
	})

static __noinline int signal_store_oom(struct signal_event *event, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	event->oom_kill = 1;
	event->oom_score_adj = BPF_CORE_READ(task, signal, oom_score_adj);
	if (!mm)
		return 0;
	event->total_vm_bytes = BPF_CORE_READ(mm, total_vm) * page_size;
	event->anon_rss_bytes = mm_pages(mm, MM_ANONPAGES) * page_size;
	event->file_rss_bytes = mm_pages(mm, MM_FILEPAGES) * page_size;
	event->shmem_rss_bytes = mm_pages(mm, MM_SHMEMPAGES) * page_size;
	return 0;
}

/*
 * Returns whether the OOM killer sends the signal. The tracepoint of the OOM killer comes after the
 * signal, so the stack is asked.
 */
static __noinline int is_oom_kill(void *context)
{
	__u64 stack[SIGNAL_STACK] = {};
	int found = 0;

	bpf_get_stack(context, stack, sizeof(stack), 0);
	for (int i = 0; i < SIGNAL_STACK; i++)
		found |= stack[i] - oom_code_start < oom_code_end - oom_code_start;
	return found;
}

/* The header of a record is begun with facts of the current task. */
static __always_inline void header_of_receiver(struct event_header *header, struct task_struct *task)
{
	bpf_core_read(&header->comm, sizeof(header->comm), &task->comm);
	header->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	/* A process can have sent itself a signal that says of itself what it likes. */
	header->flags |= EVENT_RACY * !use_task_regs;
}

/* Starts the record. A function of its own, for the stack's sake. */
static __noinline int begin_signal(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				   __u32 signal)
{
	struct signal_event *event = record_begin(frame, set, EVENT_SIGNAL, sizeof(*event));

	__builtin_memset(&event->header + 1, 0, sizeof(*event) - sizeof(event->header));
	header_of_receiver(&event->header, task);
	event->signal = signal;
	return 0;
}

SEC("?tp_btf/signal_generate")
int BPF_PROG(on_event_signal, int signal, struct kernel_siginfo *info, struct task_struct *receiver, int to_process,
	     int outcome)
{
	const struct scope_set *set;
	struct signal_event *event;
	struct subject subject;
	struct frame *frame;

	if (signal < 1 || signal > SIGNAL_MAX || signal == SIGCHLD || is_sent_by_call(signal, info))
		return 0;
	set = scopes_current();
	frame = frame_take(EVENT_SIGNAL);
	if (!frame)
		return 0;
	subject = subject_of(receiver);
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL) &&
	    (frame->matched & set->events[EVENT_SIGNAL])) {
		event = (void *)frame->record;
		begin_signal(frame, set, receiver, signal);
		event->receiver = !!to_process;
		signal_store_info(event, info);
		signal_store_outcome(event, receiver, outcome);
		if (signal == SIGKILL && oom_code_start && is_oom_kill(ctx))
			signal_store_oom(event, receiver);
		record_append_exe(frame);
		record_end(frame, activity);
	}
	frame_release();
	return 0;
}

#endif
