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

/* How many seeds wait to be taken: counted up by user space before it adds one. 0 costs nothing else. */
__u64 seeds_waiting = 0;

/* Adds what the seed of the task's process says; false when there is none. */
static __always_inline bool seed_find(const struct process *process, struct scope_words *bits)
{
	struct seed *seed;

	if (!seeds_waiting)
		return false;
	seed = bpf_map_lookup_elem(&seeds, &process->identity.tgid);
	if (!seed || seed->start_ticks != process->identity.start_time_ns / NS_PER_TICK)
		return false;
	bits->followed |= seed->followed;
	return true;
}

/* The process keeps it itself now. */
static __always_inline void seed_done(const struct process *process)
{
	if (!bpf_map_delete_elem(&seeds, &process->identity.tgid))
		__sync_fetch_and_add(&seeds_waiting, -1);
}

#endif
