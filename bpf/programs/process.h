/* Processes start and end. */
#ifndef SPOOR_PROGRAMS_PROCESS_H
#define SPOOR_PROGRAMS_PROCESS_H

#include "../events/exit.h"
#include "../events/fork.h"
#include "collect.h"
#include "script.h"

/* Hands the parent's scope words to the child. */
static __always_inline void inherit(struct frame *frame, const struct process *child, const struct scope_set *set)
{
#ifdef SPOOR_MISS_MODE
	frame->info.followed = frame->words.scopes.followed;
#else
	words_add(child, set, &frame->words.scopes);
#endif
}

/*
 * The process of a task that was just made, to be stored for only when it is a process, and then
 * its own leader. Of a thread the leader is not needed as a pointer that the verifier knows, which
 * would cost it searches (lib/process.h).
 */
static __always_inline struct process process_of_new(struct task_struct *child)
{
	struct process process = {
		.leader = child,
		.identity = {
			.start_time_ns = BPF_CORE_READ(child, group_leader, start_boottime),
			.tgid = child->tgid,
		},
	};

	return process;
}

static __always_inline void fork(struct frame *frame, const struct scope_set *set, struct task_struct *parent,
				 struct task_struct *child)
{
	struct fork_event *event = (void *)frame->record;
	struct subject subject = subject_of(parent);
	struct process process = process_of_new(child);
	__u32 child_tid = child->pid;
	bool is_process = child_tid == process.identity.tgid;
	bool in_scope;

	in_scope = collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL);
	if (task_field(parent, ptrace))
		words_traced(&subject.process);
	if (is_process && shares_tables(parent, child)) {
		words_shared(&subject.process);
		words_shared(&process);
	}
	if (is_process) {
		inherit(frame, &process, set);
		script_inherit(&subject.process.identity, &process.identity);
		binary_inherit(&subject.process.identity, &process.identity);
	}
	if (!in_scope)
		return;

	record_begin(frame, set, EVENT_FORK, sizeof(*event));
	event->child_start_time_ns = process.identity.start_time_ns;
	event->child_tgid = process.identity.tgid;
	event->child_tid = child_tid;
	event->namespaces = fork_namespaces(parent, child);
	event->unused = 0;
	record_append_exe(frame);
	record_end(frame, lifecycle);

	if (is_process) {
		/*
		 * The child runs its parent's binary. An entry under its id is of a process that has ended.
		 */
		frame->info.start_time_ns = frame->info.seal_ns = process.identity.start_time_ns;
		frame->info.origin = ORIGIN_FORK;
		frame->info.flags |= PROC_NEW;
		proc_info_replace(process.identity.tgid, &frame->info);
	}
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_sched_process_fork, struct task_struct *parent, struct task_struct *child)
{
	const struct scope_set *set = scopes_current();
	struct frame *frame = frame_take(EVENT_FORK);

	if (!frame)
		return 0;
	if (set)
		fork(frame, set, parent, child);
	frame_release();
	return 0;
}

/*
 * Two threads that end at the same moment can both find that none is left. The first to put the
 * process here reports it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct task_identity);
	__type(value, __u8);
} exited SEC(".maps");

static __always_inline void exit(struct frame *frame, const struct scope_set *set, const struct subject *subject)
{
	struct exit_event *event = (void *)frame->record;
	const struct task_identity *identity = &subject->process.identity;
	struct task_struct *task = subject->task;
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u8 reported = 1;
	int refused;
	int status;

	if (!collect(frame, subject, set, ORIGIN_RECOVERED_KERNEL))
		return;
	refused = bpf_map_update_elem(&exited, identity, &reported, BPF_NOEXIST);
	if (refused) {
		/* Another refusal than that of a second report leaves nobody who knows. */
		if (refused != -EEXIST)
			count_drop(EVENT_EXIT, DROP_UNKEPT);
		return;
	}
	/*
	 * The status that wait() will return: the group's, or else the leader's own. (kernel/exit.c,
	 * wait_task_zombie)
	 */
	if (BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT)
		status = BPF_CORE_READ(signal, group_exit_code);
	else
		status = task_field(subject->process.leader, exit_code);

	record_begin(frame, set, EVENT_EXIT, sizeof(*event));
	event->duration_ns = event->header.time_ns - identity->start_time_ns;
	event->code = (status >> 8) & 0xff;
	event->signal = status & 0x7f;
	event->core_dumped = (status & 0x80) != 0;
	exit_accounts(frame, task, signal);
	record_append_exe(frame);
	record_end(frame, lifecycle);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_sched_process_exit, struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	bool threads_left = BPF_CORE_READ(signal, live.counter) > 0;
	/* Before the branch, behind which the verifier would have it twice. */
	struct subject subject = subject_of(task);
	const struct scope_set *set;
	struct frame *frame;

	if (threads_left && (task->pid != task->tgid || (BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT)))
		return 0;
	if (threads_left) {
		words_outlive_leader(&subject.process);
		return 0;
	}
	set = scopes_current();
	frame = frame_take(EVENT_EXIT);
	if (frame) {
		if (set)
			exit(frame, set, &subject);
		frame_release();
	}
	proc_info_forget(subject.process.identity.tgid);
	words_forget(&subject.process);
	script_forget(&subject.process.identity);
	binary_forget(&subject.process.identity);
	return 0;
}

#endif
