/*
 * Processes that user space names as the root of a followed tree: a command that it has started, or `tree=PID`. The
 * first program that meets the process takes the seed and keeps it in the process's own words, so that a later process
 * with the same id is not followed.
 */
#ifndef SPOOR_MAPS_SEEDS_H
#define SPOOR_MAPS_SEEDS_H

#include "task_words.h"

/* User space knows start times in the unit of /proc/PID/stat: USER_HZ, 100 a second everywhere. */
#define NS_PER_TICK 10000000ull

struct seed {
	__u64 followed;
	/* start time of the process in ticks since boot */
	__u64 start_ticks;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct seed);
} seeds SEC(".maps");

/* How many seeds wait to be taken: set by user space before it adds one, so that 0 costs nothing else. */
__u64 seeds_waiting = 0;

static __always_inline void seed_take(struct task_struct *task, __u32 tgid, struct scope_words *bits)
{
	struct seed *seed;

	if (!seeds_waiting)
		return;
	seed = bpf_map_lookup_elem(&seeds, &tgid);
	if (!seed || seed->start_ticks != task_start_time(task) / NS_PER_TICK)
		return;
	bits->followed |= seed->followed;
}

#endif
