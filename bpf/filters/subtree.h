#ifndef SPOOR_FILTERS_SUBTREE_H
#define SPOOR_FILTERS_SUBTREE_H

#include "number.h"

/*
 * A process by its id, and all that descends from it. `=` is a number's = (user space adds `follow`
 * to the scope); `!=` matches as if it were absent, and excludes the process for good, which its
 * descendants inherit.
 *
 * equal: as in number.h. unequal: scopes that exclude this process. Judged also when no scope
 * matches any more: a process that does not match may have children that would.
 */
static __always_inline __u64 filter_subtree(const struct scope_set *set, __u32 table, __u64 value,
					    __u64 matched, __u64 *excluding)
{
	const struct filter_segment *segment = filter_segment(set, table, value);

	*excluding |= segment->unequal;
	return matched & segment->equal;
}

#endif
