/* The first steps of each program: the state of the process, the facts, the matching scopes. */
#ifndef SPOOR_PROGRAMS_COLLECT_H
#define SPOOR_PROGRAMS_COLLECT_H

#include "../events/record.h"
#include "../filters/match.h"
#include "facts.h"

/* Fills `frame->info`, from the map or rebuilt. Returns false only with MISS_DROP. */
static __always_inline bool frame_info(struct frame *frame, const struct subject *subject, const struct scope_set *set,
				       enum origin origin)
{
	struct proc_info_request request = {
		.task = (unsigned long)subject->task,
		.identity = subject->process.identity,
#ifdef SPOOR_MISS_MODE
		.followed = frame->followed_before,
#endif
		.executed = frame->words.executed,
		.words_place = frame->words_place,
		.origin = origin,
	};

	if (!proc_info_of(&frame->info, &request, &frame->path))
		return false;
#ifdef SPOOR_MISS_MODE
	frame->words.scopes.followed = frame->info.followed;
	frame->words.scopes.version = set->version;
#endif
	return true;
}

/*
 * A walk from a process to its ancestors, for the nearest that tells who follows it. What it finds
 * is in the frame: the verifier then sees each step begin like the first, and looks at one.
 */
struct ancestor_walk {
	struct frame *frame;
	const struct scope_set *set;
	/* of the process in hand */
	struct task_struct *leader;
};

/*
 * Does an ancestor tell: by words of its own or, where its own words were lost too, by matching
 * now? The latter only where words are in the hash, which can be too small: beside task storage,
 * which only fails when the kernel is out of memory, it would cost every start half as much again
 * of the verifier's time.
 */
static __always_inline bool ancestor_tells(struct ancestor_walk *walk, const struct process *process)
{
	struct scope_words *found = &walk->frame->ancestor_words;
	struct task_words *words = words_usual(process);

	if (words && words->scopes.version) {
		*found = words->scopes;
		return true;
	}
#ifndef SPOOR_WITHOUT_BPF_LOOP
	if (!use_task_storage) {
		struct subject subject = { .task = process->leader, .process = *process };
		const struct scope_set *set = walk->set;
		struct scope_match match;

		facts_of_task(&walk->frame->facts, &subject, set);
		scopes_match(set, &walk->frame->facts, &match);
		found->followed = scopes_following(set, match.matched & ~scopes_not_of_ancestors(set));
		found->excluded = match.excluding;
		found->version = set->version;
	}
#endif
	return found->followed || found->excluded;
}

/* 1 at the end. */
static __noinline long ancestor_step(__u32 step, struct ancestor_walk *walk)
{
	struct task_struct *parent = task_field(walk->leader, real_parent);
	struct process process;

	if (!parent)
		return 1;
	process = process_of(parent);
	walk->leader = process.leader;
	walk->frame->ancestor_steps++;
	return ancestor_tells(walk, &process);
}

/*
 * Takes the words of the nearest ancestor. Asked only when words were lost, which is counted. A
 * process that was started before its ancestor matched is then followed too. Without bpf_loop only
 * words are asked for, and the body is as small as can be: the verifier walks it ANCESTOR_WALK_MAX
 * times in every program.
 */
static __noinline int words_from_ancestors(struct frame *frame, const struct process *process,
					   const struct scope_set *set)
{
	struct ancestor_walk walk = { .frame = frame, .set = set, .leader = process->leader };
	struct scope_words *found = &frame->ancestor_words;

	frame->ancestor_steps = 0;
	__builtin_memset(found, 0, sizeof(*found));
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < ANCESTOR_WALK_MAX; i++)
		if (ancestor_step(i, &walk))
			break;
#else
	bpf_loop(ANCESTOR_WALK_MAX, ancestor_step, &walk, 0);
#endif
	count(ancestor_walks);
	count_many(ancestor_steps, frame->ancestor_steps);
	if (!found->followed && !found->excluded)
		return 0;
	frame->words.scopes = *found;
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
#ifdef SPOOR_MISS_MODE
	proc_info_follow(process->identity.tgid, words->followed);
	return true;
#else
	return words_add(process, set, words);
#endif
}

/*
 * Collects the record of the process. The deepest calls begin here, so this function does not lie
 * below `collect_rest`.
 */
static __noinline int collect_words(struct frame *frame, const struct process *process, const struct scope_set *set)
{
	frame->words_place = words_get(&frame->words, process);
#ifndef SPOOR_MISS_MODE
	/* An entry without a version was made for something else, after that of the scopes was lost. */
	if (words_lost && !frame->words.scopes.version)
		words_from_ancestors(frame, process, set);
#endif
	return 0;
}

static __noinline int collect_rest(struct frame *frame, const struct subject *subject, const struct scope_set *set,
				   enum origin origin)
{
	const struct process *process = &subject->process;
#ifdef SPOOR_MISS_MODE
	bool need_info = true;
#else
	bool need_info = facts_need_info(set);
#endif
	struct scope_words *words = &frame->words.scopes;
	struct scope_words bits = {};
	struct scope_match match;
	bool seeded;
	__u64 kept;

	facts_of_task(&frame->facts, subject, set);
	facts_of_acting(frame, subject, set);
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
	ids_of_event(&frame->ids, subject);
	container_of_event(frame, subject, set);
	return need_info || frame_info(frame, subject, set, origin);
}

/*
 * Decides which scopes the task is in: `frame->matched`. When it is in some, the record of its
 * process is in `frame->info`. False when the task is nobody's business.
 */
static __always_inline int collect(struct frame *frame, const struct subject *subject, const struct scope_set *set,
				   enum origin origin)
{
	collect_words(frame, &subject->process, set);
	return collect_rest(frame, subject, set, origin);
}

#endif
