/* What every program does first: the state of the process, the facts, the scopes that match. */
#ifndef SPOOR_PROGRAMS_COLLECT_H
#define SPOOR_PROGRAMS_COLLECT_H

#include "../events/record.h"
#include "../filters/match.h"
#include "facts.h"

/* The record of the task's process, from the map or rebuilt. False only in the miss mode `drop`. */
static __always_inline bool frame_info(struct frame *frame, const struct subject *subject, const struct scope_set *set,
				       enum origin origin)
{
	struct proc_info_request request = {
		.task = subject->task,
		.process = &subject->process,
		.words = &frame->words,
		.words_place = frame->words_place,
		.path = &frame->path,
		.legacy_followed = frame->legacy_followed,
		.origin = origin,
	};

	if (!proc_info_of(&frame->info, &request))
		return false;
	if (miss_mode != MISS_RECOVER) {
		frame->words.scopes.followed = frame->info.legacy_followed;
		frame->words.scopes.version = set->version;
	}
	return true;
}

/*
 * The words of the nearest ancestor that has any: asked only when words were lost, which is counted. The body of the
 * loop is as small as can be: the verifier walks it ANCESTOR_WALK_MAX times in every program.
 */
static __noinline int words_from_ancestors(struct frame *frame, const struct process *process,
					   const struct scope_set *set)
{
	struct process ancestor = *process;
	struct task_words *words = NULL;
	__u64 steps = 0;

	for (int i = 0; i < ANCESTOR_WALK_MAX; i++) {
		struct task_struct *parent = task_field(ancestor.leader, real_parent);

		if (!parent)
			break;
		if (use_task_storage)
			ancestor.leader = parent->group_leader;
		else
			ancestor = process_of(parent);
		if (!ancestor.leader)
			break;
		steps++;
		words = words_usual(&ancestor);
		if (words)
			break;
	}
	count(ancestor_walks);
	count_many(ancestor_steps, steps);
	if (!words)
		return 0;
	frame->words.scopes = words->scopes;
	count(ancestor_recoveries);
	words_add(process, set, &frame->words.scopes);
	return 0;
}

/* Keeps that scopes follow or exclude the process. False when nothing would keep it. */
static __always_inline bool follow_add(struct frame *frame, const struct process *process, const struct scope_set *set,
				       struct scope_words *bits)
{
	struct scope_words *words = &frame->words.scopes;

	if (!(bits->followed & ~words->followed) && !(bits->excluded & ~words->excluded))
		return true;
	words->followed |= bits->followed;
	words->excluded |= bits->excluded;
	words->version = set->version;
	if (miss_mode == MISS_RECOVER)
		return words_add(process, set, words);
	proc_info_legacy_follow(process->identity.tgid, words->followed);
	return true;
}

/*
 * Decides which scopes the task is in: `frame->matched`. When it is in some, the record of its process is in
 * `frame->info`. False when the task is nobody's business.
 */
static __noinline int collect(struct frame *frame, const struct subject *subject, const struct scope_set *set,
			      enum origin origin)
{
	const struct process *process = &subject->process;
	bool need_info = miss_mode != MISS_RECOVER || facts_need_info(set);
	struct scope_words *words = &frame->words.scopes;
	struct scope_words bits = {};
	struct scope_match match;
	bool seeded;
	__u64 kept;

	frame->words_place = words_get(&frame->words, process);
	if (words_lost && frame->words_place == WORDS_NOWHERE)
		words_from_ancestors(frame, process, set);
	facts_of_task(&frame->facts, subject, set);
	frame->matched = 0;
	if (need_info) {
		if (!frame_info(frame, subject, set, origin))
			return 0;
		facts_of_info(&frame->facts, &frame->info, set);
	}
	kept = scopes_kept(set, words->version);
	words->followed &= kept;
	words->excluded &= kept;
	seeded = seed_find(process, &bits);
	scopes_match(set, &frame->facts, &match);
	bits.followed |= scopes_following(set, match.matched);
	bits.excluded = match.excluding;
	if (follow_add(frame, process, set, &bits) && seeded)
		seed_done(process);
	frame->matched = scopes_decide(set, match.matched, words->followed, words->excluded);
	if (!frame->matched)
		return 0;
	return need_info || frame_info(frame, subject, set, origin);
}

#endif
