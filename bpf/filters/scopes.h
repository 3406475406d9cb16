#ifndef SPOOR_FILTERS_SCOPES_H
#define SPOOR_FILTERS_SCOPES_H

#include "tables.h"

/*
 * One whole set of scopes, compiled by user space and never changed while programs can see it.
 *
 * A scope is a bit. A word (`__u64`) says something of all 64 scopes at once.
 *
 * Replacement: there are two of these, and `scope_in_force` says which one is in force. User space
 * fills the idle one, then changes that word, then waits until the old one is idle. A program calls
 * scopes_current() once an event and passes the pointer along: it sees the old set or the new one,
 * never some of each.
 */

#define SCOPE_COUNT_MAX 64
/*
 * Places for values of all number kinds of all scopes together: an isolated value takes two. A
 * power of two.
 */
#define FILTER_SEGMENTS_MAX 4096
/* Halvings until FILTER_SEGMENTS_MAX segments are one. */
#define FILTER_SEGMENT_STEPS 12
/* Room for `enum event_kind`. */
#define SCOPE_EVENTS_MAX 64

/*
 * The answers for the values from `first` up to the next segment's `first`. The engines define the
 * words.
 */
struct filter_segment {
	__u64 first;
	__u64 equal;
	__u64 unequal;
};

/* The place of a kind's segments. The first segment of a slice has `first` 0. */
struct filter_slice {
	__u32 start;
	__u32 count;
};

/*
 * Value of `filter_strings`: scopes that name this text, or a shorter beginning of it, with = and
 * with !=.
 */
struct filter_words {
	__u64 equal;
	__u64 unequal;
};

/* Room for one birth more than there are scopes. A power of two. */
#define SCOPE_BIRTHS_MAX 128

/* The bits that mean what they do since this version or an earlier one. */
struct scope_birth {
	__u64 version;
	__u64 kept;
};

struct scope_set {
	/* Counts up with each replacement, from 1. */
	__u64 version;
	/* The half of `filter_strings` that belongs to this set: 0 or 1. */
	__u32 half;
	__u32 reserved;
	__u64 enabled;
	/* Scopes with `follow`; scopes with `tree!=`. */
	__u64 follow;
	__u64 exclude;
	/*
	 * By kind or condition: scopes that use it; of these, the ones that only say !=, so that an
	 * unnamed value fits.
	 */
	__u64 users[FILTER_TABLE_COUNT];
	__u64 missing[FILTER_TABLE_COUNT];
	/* Bit by kind or condition: some scope names the end of a text (`*.sh`). */
	__u64 ends;
	/*
	 * The versions that gave bits to the names that have them now, ascending, the first of them 0.
	 * Behind the last, versions that never come.
	 */
	struct scope_birth births[SCOPE_BIRTHS_MAX];
	/* By `enum event_kind`: the scopes that want such events. */
	__u64 events[SCOPE_EVENTS_MAX];
	struct filter_slice slices[FILTER_TABLE_COUNT];
	struct filter_segment segments[FILTER_SEGMENTS_MAX];
};

/*
 * Kinds that the programs are built with, a bit each, and conditions behind them. Set before load:
 * the verifier removes the code of the others, here and in the collector. A kind that is left in
 * and that no scope uses costs one test of a word.
 */
const volatile __u64 filter_kinds_built = ~0ULL;

/*
 * Of these the ones that there is code for. A command is followed without a filter but one that
 * nothing matches, by its id.
 */
#ifdef SPOOR_LEAN
#define FILTERS_COMPILED (1ULL << FILTER_PID)
#else
#define FILTERS_COMPILED (~0ULL)
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct scope_set);
} scope_sets SEC(".maps");

/* The place of the set in force, counted from 1. 0 until the first set is written. */
struct scope_in_force_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} scope_in_force SEC(".maps");

/*
 * User space waits with this map. No program reads it: the kernel returns from an update of a map
 * of maps only when every program that ran before has ended (synchronize_rcu in
 * maybe_wait_bpf_programs, Linux 4.20 and stable kernels before it). The first set has nothing to
 * wait for, and those 10 to 20 ms are not part of a start.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct scope_in_force_map);
} scope_grace SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct filter_text);
	__type(value, struct filter_words);
} filter_strings SEC(".maps");

/*
 * The set in force, to be asked for once an event. NULL before the first: nothing is anybody's
 * business then.
 */
static __always_inline const struct scope_set *scopes_current(void)
{
	__u32 index = 0;
	__u32 *place = bpf_map_lookup_elem(&scope_in_force, &index);

	if (!place)
		return NULL;
	index = *(volatile __u32 *)place - 1;
	return bpf_map_lookup_elem(&scope_sets, &index);
}

/* Does a scope of this set read this kind? The collector leaves out what nothing reads. */
static __always_inline bool filter_kind_on(const struct scope_set *set, enum filter_kind kind)
{
	return (FILTERS_COMPILED >> kind & 1) && (filter_kinds_built >> kind & 1) && set->users[kind];
}

/* Returns whether a scope asks for the end of a text, which costs the collector one more read. */
static __always_inline bool filter_end_on(const struct scope_set *set, __u32 table)
{
	return set->ends >> table & 1;
}

#endif
