#ifndef SPOOR_FILTERS_MATCH_H
#define SPOOR_FILTERS_MATCH_H

#include "scopes.h"

#include "either.h"
#include "members.h"
#include "number.h"
#include "subtree.h"
#include "text.h"

/* The result of a task's own facts, without inherited ones. */
struct scope_match {
	/* Scopes of which every filter holds. */
	__u64 matched;
	/* Scopes that exclude this process, by its id, from now on. */
	__u64 excluding;
};

static __always_inline void scopes_match(const struct scope_set *set, struct task_facts *facts,
					 struct scope_match *match)
{
	__u64 matched = set->enabled, excluding = 0;

#define FILTER_KIND(NAME, name, engine, value)                                                                         \
	if (filter_kind_on(set, FILTER_##NAME))                                                                        \
		matched = filter_##engine(set, FILTER_##NAME, value, matched, &excluding);
#include "registry.h"
	match->matched = matched;
	match->excluding = excluding;
}

/*
 * The verdict: the scopes that an event belongs to. `followed` and `excluded` are the process's
 * durable words, passed through scopes_kept() and already with what this match adds.
 */
static __always_inline __u64 scopes_decide(const struct scope_set *set, __u64 matched, __u64 followed, __u64 excluded)
{
	return (matched | (followed & set->follow)) & set->enabled & ~(excluded & set->exclude);
}

/* Of these scopes, the ones that follow: what a match adds to the process's followed word. */
static __always_inline __u64 scopes_following(const struct scope_set *set, __u64 matched)
{
	return matched & set->follow;
}

#endif
