/*
 * Counters. One slot a CPU, plain additions: nothing here is shared between CPUs, nothing is ever
 * reset.
 */
#ifndef SPOOR_LIB_STATS_H
#define SPOOR_LIB_STATS_H

#include "kernel.h"

#define ANCESTOR_WALK_MAX 8

struct state_stats {
	__u64 lookups;
	__u64 hits;
	/* no entry for the process */
	__u64 misses;
	/* an entry of another process that had the same process id: also a miss */
	__u64 stale;
	/* misses answered with a record rebuilt from the task, by `enum words_place` */
	__u64 recovered[4];
	/* records made where none is expected: at an exec, and by the snapshot */
	__u64 created;
	/* records that another CPU stored first */
	__u64 raced;
	/* records that the map would not take: used once, from scratch */
	__u64 not_stored;
	/* entries whose bytes changed while they were copied: also a miss */
	__u64 torn;
	/* followed words that only the hash would take */
	__u64 words_spilled;
	/* followed words that nothing would take */
	__u64 words_lost;
	/* recoveries that had to ask the ancestors, the steps they took, and what they found */
	__u64 ancestor_walks;
	__u64 ancestor_steps;
	__u64 ancestor_recoveries;
	/* paths with more parts or bytes than a walk takes */
	__u64 path_walks;
	__u64 path_walks_cut;
	/* scripts that the map would not take: their processes are known by the interpreter alone */
	__u64 scripts_lost;
	/*
	 * binaries that the map would not take: a rename can show when such a process's record is
	 * rebuilt
	 */
	__u64 binaries_lost;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct state_stats);
} state_counters SEC(".maps");

static __always_inline struct state_stats *stats(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&state_counters, &zero);
}

#define count_many(field, many)                                                                                \
	do {                                                                                                   \
		struct state_stats *__stats = stats();                                                         \
		if (__stats)                                                                                   \
			__stats->field += (many);                                                              \
	} while (0)
#define count(field) count_many(field, 1)

#endif
