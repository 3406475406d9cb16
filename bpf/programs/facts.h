/* Fills what the filters read, and only what a scope in force asks for. */
#ifndef SPOOR_PROGRAMS_FACTS_H
#define SPOOR_PROGRAMS_FACTS_H

#include "../filters/match.h"
#include "../maps/frame.h"
#include "../maps/seeds.h"
#include "container.h"

/* Whom an event is about: the acting thread, and its process. */
struct subject {
	struct task_struct *task;
	struct process process;
};

static __always_inline struct subject subject_of(struct task_struct *task)
{
	struct subject subject = { .task = task, .process = process_of(task) };

	return subject;
}

static __always_inline void facts_of_task(struct task_facts *facts, const struct subject *subject,
					  const struct scope_set *set)
{
	const struct process *process = &subject->process;
	struct task_struct *leader = process->leader;
	struct task_struct *task = subject->task;

#define FILTER_COLLECT(NAME, ...)                                                                              \
	if (filter_kind_on(set, FILTER_##NAME)) {                                                              \
		__VA_ARGS__;                                                                                   \
	}
#include "../filters/registry.h"
}

/* Facts of the acting task alone, not of its ancestors. */
static __always_inline void facts_of_acting(struct frame *frame, const struct subject *subject,
					    const struct scope_set *set)
{
	struct task_struct *task = subject->task;

#define FILTER_COLLECT_ACTING(NAME, ...)                                                                       \
	if (filter_kind_on(set, FILTER_##NAME)) {                                                              \
		__VA_ARGS__;                                                                                   \
	}
#include "../filters/registry.h"
}

/*
 * Fills the ids of an event's header, which depend neither on the scopes nor on the observer.
 */
static __always_inline void ids_of_event(struct event_ids *ids, const struct subject *subject)
{
	struct task_struct *leader = subject->process.leader;
	struct task_struct *task = subject->task;
	/* Once: another process can become the parent at any time. */
	struct task_struct *parent = BPF_CORE_READ(leader, real_parent);

	ids->tgid = subject->process.identity.tgid;
	ids->tid = task_field(task, pid);
	ids->ppid = BPF_CORE_READ(parent, tgid);
	ids->parent_start_time_ns = BPF_CORE_READ(parent, group_leader, start_boottime);
	ids->uid = BPF_CORE_READ(task, real_cred, uid.val);
}

/* The container goes into every event too. A filter in force has asked for it already. */
static __always_inline void container_of_event(struct frame *frame, const struct subject *subject,
					       const struct scope_set *set)
{
	if (!filter_kind_on(set, FILTER_CONTAINER))
		container_collect(frame, subject->task);
}

/* Do the scopes in force ask what only the record of the process tells? */
static __always_inline bool facts_need_info(const struct scope_set *set)
{
#define FILTER_COLLECT_INFO(NAME, ...)                                                                         \
	if (filter_kind_on(set, FILTER_##NAME))                                                                \
		return true;
#include "../filters/registry.h"
	return false;
}

/*
 * The scopes that ask so, or for facts of the acting task alone: no verdict on an ancestor can be
 * had for them.
 */
static __always_inline __u64 scopes_not_of_ancestors(const struct scope_set *set)
{
	__u64 scopes = 0;

#define FILTER_COLLECT_INFO(NAME, ...)                                                                         \
	if (filter_kind_on(set, FILTER_##NAME))                                                                \
		scopes |= set->users[FILTER_##NAME];
#define FILTER_COLLECT_ACTING FILTER_COLLECT_INFO
#include "../filters/registry.h"
	return scopes;
}

static __always_inline void facts_of_info(struct task_facts *facts, const struct proc_info *info,
					  const struct scope_set *set)
{
#define FILTER_COLLECT_INFO(NAME, ...)                                                                         \
	if (filter_kind_on(set, FILTER_##NAME)) {                                                              \
		__VA_ARGS__;                                                                                   \
	}
#include "../filters/registry.h"
}

#endif
