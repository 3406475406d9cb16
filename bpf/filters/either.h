#ifndef SPOOR_FILTERS_EITHER_H
#define SPOOR_FILTERS_EITHER_H

#include "number.h"

struct filter_pair {
	__u64 one;
	__u64 other;
};

/*
 * Two numbers that a task has of one sort: = < <= > >= hold when one of the two fits all of them,
 * != when neither is named.
 *
 * equal: scopes that the number fits by all but !=. unequal: scopes that name it with !=.
 */
static __always_inline __u64 filter_either(const struct scope_set *set, __u32 table, struct filter_pair pair,
					   __u64 matched, __u64 *excluding)
{
	const struct filter_segment *one, *other;
	__u64 equal, unequal;

	if (!(matched & set->users[table]))
		return matched;
	one = filter_segment(set, table, pair.one);
	equal = one->equal;
	unequal = one->unequal;
	other = filter_segment(set, table, pair.other);
	equal |= other->equal;
	unequal |= other->unequal;
	return matched & (((equal | set->missing[table]) & ~unequal) | ~set->users[table]);
}

#endif
