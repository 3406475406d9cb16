/*
 * Processes that user space names as the root of a followed tree: a command that it has started, or
 * `tree=PID`. The first program that meets the process takes the seed and keeps it in the process's
 * own words, so that a later process with the same id is not followed. The key is the observer's id
 * of the process.
 */
#ifndef SPOOR_MAPS_SEEDS_H
#define SPOOR_MAPS_SEEDS_H

#include "../lib/observer.h"
#include "task_words.h"

/* User space knows start times in the unit of /proc/PID/stat: USER_HZ, 100 a second everywhere. */
#define NS_PER_TICK 10000000ull

struct seed {
	__u64 followed;
	/* start time of the process in ticks, as /proc/PID/stat shows it to the observer */
	__u64 start_ticks;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct seed);
} seeds SEC(".maps");

/*
 * How many seeds wait to be taken: counted up by user space before it adds one. 0 costs nothing
 * else.
 */
__u64 seeds_waiting = 0;

/* Adds what the seed of the task's process says; false when there is none. */
static __always_inline bool seed_find(const struct process *process, struct scope_words *bits)
{
	struct seed *seed;
	__u32 tgid;

	if (!seeds_waiting)
		return false;
	tgid = observed_tgid(process);
	seed = bpf_map_lookup_elem(&seeds, &tgid);
	if (!seed || seed->start_ticks != observed_start_ns(process) / NS_PER_TICK)
		return false;
	bits->followed |= seed->followed;
	return true;
}

/* The process keeps it itself now. */
static __always_inline void seed_done(const struct process *process)
{
	__u32 tgid = observed_tgid(process);

	if (!bpf_map_delete_elem(&seeds, &tgid))
		__sync_fetch_and_add(&seeds_waiting, -1);
}

#endif
