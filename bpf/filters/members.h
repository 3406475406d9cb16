#ifndef SPOOR_FILTERS_MEMBERS_H
#define SPOOR_FILTERS_MEMBERS_H

#include "number.h"

struct filter_members {
	const __u64 *ids;
	__u64 count;
};

/*
 * A set of numbers that the task belongs to: = holds when any of them is named, != when none is.
 *
 * equal, unequal: scopes that name exactly this number with =, with !=.
 */
static __always_inline __u64 filter_members(const struct scope_set *set, __u32 table,
					    struct filter_members members, __u64 matched, __u64 *excluding)
{
	__u64 equal = 0, unequal = 0;

	if (!(matched & set->users[table]))
		return matched;
	for (__u32 i = 0; i < FILTER_CGROUPS_MAX; i++) {
		const struct filter_segment *segment;

		if (i >= members.count)
			break;
		segment = filter_segment(set, table, members.ids[i]);
		equal |= segment->equal;
		unequal |= segment->unequal;
	}
	return matched & (((equal | set->missing[table]) & ~unequal) | ~set->users[table]);
}

#endif
