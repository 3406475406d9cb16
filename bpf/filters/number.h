#ifndef SPOOR_FILTERS_NUMBER_H
#define SPOOR_FILTERS_NUMBER_H

#include "scopes.h"

/*
 * Numbers: all comparisons of all scopes with a kind cut the numbers into segments in which every
 * scope answers alike, and user space writes the answer beside each. Any mixture of = != < <= > >=
 * and ranges is exact for each scope and costs one binary search.
 *
 * equal: scopes whose filters of this kind all hold, and scopes that do not use it. unequal: not
 * used.
 */
/*
 * The place of a value's segment in the set at `half`. A global function, which the verifier reads
 * once a program. The search is by far the longest part of most filters. 5.10 takes no pointer to
 * the set here.
 */
__noinline __u64 filter_segment_at(__u32 half, __u32 table, __u64 value)
{
	const struct scope_set *set = bpf_map_lookup_elem(&scope_sets, &half);
	__u32 start, count;

	if (!set || table >= FILTER_TABLE_COUNT)
		return 0;
	start = set->slices[table].start & (FILTER_SEGMENTS_MAX - 1);
	count = set->slices[table].count & (2 * FILTER_SEGMENTS_MAX - 1);
	for (int step = 0; step < FILTER_SEGMENT_STEPS; step++) {
		__u32 half = count / 2;
		__u64 first, below;

		if (!half)
			break;
		/*
		 * Masks after each sum change nothing; they keep ranges alike on all paths, so that the
		 * verifier joins them.
		 */
		first = set->segments[(start + half) & (FILTER_SEGMENTS_MAX - 1)].first;
		/*
		 * value < first, by the borrow of value - first: a branch would double the verifier's
		 * paths.
		 */
		below = ((~value & first) | (~(value ^ first) & (value - first))) >> 63;
		start = (start + (half & ((__u32)below - 1))) & (FILTER_SEGMENTS_MAX - 1);
		count = (count - half) & (2 * FILTER_SEGMENTS_MAX - 1);
	}
	return start;
}

static __always_inline const struct filter_segment *filter_segment(const struct scope_set *set, __u32 table,
								    __u64 value)
{
	__u64 at = filter_segment_at(set->half, table, value);

	/* Hidden from the compiler, which would leave the mask out. */
	barrier_var(at);
	return &set->segments[at & (FILTER_SEGMENTS_MAX - 1)];
}

static __always_inline __u64 filter_number(const struct scope_set *set, __u32 table, __u64 value,
					   __u64 matched, __u64 *excluding)
{
	if (!(matched & set->users[table]))
		return matched;
	return matched & filter_segment(set, table, value)->equal;
}

#endif
