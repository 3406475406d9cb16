/* Processes that live before the trace: found once, after the live hooks are attached, so that none falls between. */
#ifndef SPOOR_PROGRAMS_SNAPSHOT_H
#define SPOOR_PROGRAMS_SNAPSHOT_H

#include "collect.h"

/*
 * What a pass of the iterator did. Passes are repeated until one adds no follow word: tasks come in the order of their
 * ids, which may put a child before its parent.
 */
struct snapshot_result {
	__u64 processes;
	__u64 in_scope;
	__u64 words_added;
	/* of `watched_scopes`: processes that one of them follows and that still have a living thread */
	__u64 watched;
};

struct snapshot_result snapshot_result = {};
/* Scopes whose followed processes are counted; user space waits for their end. */
__u64 watched_scopes = 0;

static __always_inline void snapshot(struct frame *frame, const struct scope_set *set, struct task_struct *leader)
{
	struct task_struct *parent = task_field(leader, real_parent);
	struct task_words before, inherited;
	struct scope_words bits;
	__u64 kept;

	words_get(&before, leader);
	/* What the parent has been found to pass on: at a fork that nobody saw, it would have. */
	words_get(&inherited, parent);
	kept = scopes_kept(set, inherited.scopes.version);
	bits.followed = inherited.scopes.followed & kept;
	bits.excluded = inherited.scopes.excluded & kept;
	bits.version = set->version;
	words_add(leader, set, &bits);

	if (collect(frame, leader, set, ORIGIN_SNAPSHOT))
		snapshot_result.in_scope++;
	if (frame->words.scopes.followed & watched_scopes)
		snapshot_result.watched++;
	snapshot_result.processes++;
	if (frame->words.scopes.followed != before.scopes.followed ||
	    frame->words.scopes.excluded != before.scopes.excluded)
		snapshot_result.words_added++;
}

SEC("iter/task")
int on_iter_task(struct bpf_iter__task *ctx)
{
	const struct scope_set *set = scopes_current();
	struct task_struct *task = ctx->task;
	struct signal_struct *signal;
	struct frame *frame;

	if (!task || task->pid != task->tgid || !set)
		return 0;
	/* A zombie that nobody has waited for has no state to keep. */
	signal = task->signal;
	if (signal->live.counter <= 0)
		return 0;
	frame = frame_take(0);
	if (!frame)
		return 0;
	snapshot(frame, set, task);
	frame_release();
	return 0;
}

#endif
