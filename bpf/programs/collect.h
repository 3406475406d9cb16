/* What every program does first: the state of the process, the facts, the scopes that match. */
#ifndef SPOOR_PROGRAMS_COLLECT_H
#define SPOOR_PROGRAMS_COLLECT_H

#include "../events/record.h"
#include "../filters/match.h"
#include "facts.h"

/* The record of the task's process, from the map or rebuilt. False only in the miss mode `drop`. */
static __always_inline bool frame_info(struct frame *frame, struct task_struct *task, enum origin origin)
{
	struct proc_info_request request = {
		.task = task,
		.words = &frame->words,
		.words_place = frame->words_place,
		.path = &frame->path,
		.tgid = frame->facts.tgid,
		.start_time_ns = task_start_time(task),
		.origin = origin,
	};

	if (!proc_info_of(&frame->info, &request))
		return false;
	if (miss_mode != MISS_RECOVER)
		frame->words.scopes.followed = frame->info.legacy_followed;
	return true;
}

/* The words of the nearest ancestor that has any: asked only when words were lost, which is counted. */
static __noinline int words_from_ancestors(struct frame *frame, struct task_struct *task, const struct scope_set *set)
{
	struct task_struct *ancestor = task;
	struct task_words *words;

	count(ancestor_walks);
	for (int i = 0; i < ANCESTOR_WALK_MAX; i++) {
		ancestor = task_field(ancestor, group_leader);
		ancestor = task_field(ancestor, real_parent);
		if (!ancestor || task_field(ancestor, pid) == 0)
			return 0;
		count(ancestor_steps);
		words = words_slot(ancestor, false);
		if (words && (words->scopes.followed || words->scopes.excluded)) {
			frame->words.scopes = words->scopes;
			count(ancestor_recoveries);
			words_add(task, set, &frame->words.scopes);
			return 0;
		}
	}
	return 0;
}

/* Keeps that scopes follow or exclude the process. */
static __always_inline void follow_add(struct frame *frame, struct task_struct *task, const struct scope_set *set,
				       struct scope_words *bits)
{
	struct scope_words *words = &frame->words.scopes;

	if (!(bits->followed & ~words->followed) && !(bits->excluded & ~words->excluded))
		return;
	words->followed |= bits->followed;
	words->excluded |= bits->excluded;
	words->version = set->version;
	if (miss_mode == MISS_RECOVER)
		words_add(task, set, words);
	else
		proc_info_legacy_follow(frame->facts.tgid, words->followed);
}

/*
 * Decides which scopes the task is in: `frame->matched`. When it is in some, the record of its process is in
 * `frame->info`. False when the task is nobody's business.
 */
static __noinline int collect(struct frame *frame, struct task_struct *task, const struct scope_set *set,
			      enum origin origin)
{
	bool need_info = miss_mode != MISS_RECOVER || facts_need_info(set);
	struct scope_words *words = &frame->words.scopes;
	struct scope_words bits = {};
	struct scope_match match;
	__u64 kept;

	frame->words_place = words_get(&frame->words, task);
	if (words_lost && frame->words_place == WORDS_NOWHERE)
		words_from_ancestors(frame, task, set);
	facts_of_task(&frame->facts, task, set);
	frame->matched = 0;
	if (need_info) {
		if (!frame_info(frame, task, origin))
			return 0;
		facts_of_info(&frame->facts, &frame->info, set);
	}
	kept = scopes_kept(set, words->version);
	words->followed &= kept;
	words->excluded &= kept;
	seed_take(task, frame->facts.tgid, &bits);
	scopes_match(set, &frame->facts, &match);
	bits.followed |= scopes_following(set, match.matched);
	bits.excluded = match.excluding;
	follow_add(frame, task, set, &bits);
	frame->matched = scopes_decide(set, match.matched, words->followed, words->excluded);
	if (!frame->matched)
		return 0;
	return need_info || frame_info(frame, task, origin);
}

#endif
