/*
 * Processes that live before the trace: found once, after the live hooks are attached, so that none
 * falls between.
 */
#ifndef SPOOR_PROGRAMS_SNAPSHOT_H
#define SPOOR_PROGRAMS_SNAPSHOT_H

#include "collect.h"

/*
 * The result of a pass of the iterator. Passes are repeated until one adds no follow word: tasks
 * come in the order of their ids, which may put a child before its parent.
 */
struct snapshot_result {
	__u64 processes;
	__u64 in_scope;
	__u64 words_added;
};

struct snapshot_result snapshot_result = {};
/* Boot time when the live hooks were all attached: of what started later they saw the fork. */
__u64 attached_ns = 0;

/* Passes on the words that the parent would have passed on at a fork that was not seen. */
static __always_inline void snapshot_inherit(const struct process *process, const struct scope_set *set)
{
	struct process parent = process_of(task_field(process->leader, real_parent));
	struct scope_words bits;
	struct task_words words;
	__u64 kept;

	words_get(&words, &parent);
	kept = scopes_kept(set, words.scopes.version);
	/*
	 * Of what started later the fork was seen. By the sign of a difference: a branch is walked
	 * twice at every load.
	 */
	kept &= (__s64)(process->identity.start_time_ns - attached_ns) >> 63;
	bits.followed = words.scopes.followed & kept;
	bits.excluded = words.scopes.excluded & kept;
	bits.version = set->version;
	words_add(process, set, &bits);
}

#ifdef SPOOR_MISS_MODE
static __always_inline __u32 parent_tgid(const struct subject *subject)
{
	struct task_struct *leader = subject->process.leader;

	return BPF_CORE_READ(leader, real_parent, tgid);
}
#endif

static __always_inline void snapshot(struct frame *frame, const struct scope_set *set, const struct subject *subject)
{
	struct task_words before;

	words_get(&before, &subject->process);
#ifdef SPOOR_MISS_MODE
	frame->followed_before = proc_info_followed(parent_tgid(subject));
#else
	snapshot_inherit(&subject->process, set);
#endif
	if (collect(frame, subject, set, ORIGIN_SNAPSHOT))
		snapshot_result.in_scope++;
	snapshot_result.processes++;
	if (frame->words.scopes.followed != before.scopes.followed ||
	    frame->words.scopes.excluded != before.scopes.excluded)
		snapshot_result.words_added++;
}

/*
 * A process whose last thread has ended has no state to keep, though it may wait for its parent for
 * long.
 */
static __always_inline bool is_living(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	return signal && BPF_CORE_READ(signal, live.counter) > 0;
}

/*
 * Of each process the thread that is asked for its facts: the leader, or when that has ended before
 * its threads, and its memory map with it, each of those.
 */
static __always_inline bool is_snapshot_subject(struct task_struct *task)
{
	struct task_struct *leader;

	if (!task || !is_living(task))
		return false;
	if (task->pid == task->tgid)
		return BPF_CORE_READ(task, mm) || (task->flags & PF_KTHREAD);
	leader = BPF_CORE_READ(task, group_leader);
	return !BPF_CORE_READ(leader, mm) && BPF_CORE_READ(task, mm);
}

SEC("iter/task")
int on_iter_task(struct bpf_iter__task *ctx)
{
	const struct scope_set *set = scopes_current();
	struct task_struct *task = ctx->task;
	struct subject subject;
	struct frame *frame;

	if (!is_snapshot_subject(task) || !set)
		return 0;
	frame = frame_take(0);
	if (!frame)
		return 0;
	subject = subject_of(task);
	snapshot(frame, set, &subject);
	/* Its end may have come first, and then removes nothing more. */
	if (!is_living(task))
		binary_forget(&subject.process.identity);
	frame_release();
	return 0;
}

/*
 * Scopes whose followed processes are counted, and how many live: user space waits for the end of a
 * tree. The iterator shows the tasks of the observer's pid namespace and those below it, where the
 * descendants of its own command all are.
 */
__u64 watched_scopes = 0;
__u64 watched_living = 0;

SEC("iter/task")
int on_iter_watched(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct process process;
	struct task_words words;

	if (observer_pidns)
		observer_level = pidns_level(current_task());
	if (!task || task->pid != task->tgid || !is_living(task))
		return 0;
	process = process_of_leader(task);
	words_get(&words, &process);
	if (words.scopes.followed & watched_scopes)
		watched_living++;
	return 0;
}

#endif
