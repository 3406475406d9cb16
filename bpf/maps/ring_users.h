/*
 * The users of the activity ring. While the ring is nearly full, its free bytes are kept for those
 * who used it least. A flood drops its own events first, and the few events of a quiet process find
 * room.
 *
 * A user is a process, or the set of scopes that an event is of. Its use is what it wanted to put
 * into the ring lately, dropped events included, so that a flood does not become quiet by being
 * refused. Use is halved in every period.
 */
#ifndef SPOOR_MAPS_RING_USERS_H
#define SPOOR_MAPS_RING_USERS_H

#include "../events/event.h"
#include "../lib/config.h"

/* A period of use is 2^26 ns, 67 ms. */
#define USE_PERIOD_SHIFT 26
/*
 * A process may use up to this share of what is free, and less when the scopes of the event are
 * those that fill the ring. Of a hundred floods, each of which takes its share of what the ones
 * before have left, a fifth is left.
 */
#define SHARE_OF_PROCESS 8
#define SHARE_IN_FLOODED_SCOPES 64
#define SHARE_OF_SCOPES 2
/*
 * A process that used more than this share of the quiet room in one period floods, and is given
 * nothing of it for a while.
 */
#define SHARE_OF_FLOOD 16
#define FLOOD_PERIODS 128

struct ring_user_key {
	/* of a process: the start time of its leader. Of scopes: their bits */
	__u64 id;
	/* 0 for scopes */
	__u32 tgid;
	__u32 unused;
};

struct ring_user {
	__u64 period;
	/* bytes */
	__u64 used;
	/* the last period in which it flooded */
	__u64 flooded;
	/* events, since the ring was first nearly full */
	__u64 dropped;
	char comm[16];
};

#ifndef SPOOR_LEAN
/* A user whose entry is evicted starts again as a quiet one. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ring_user_key);
	__type(value, struct ring_user);
} ring_users SEC(".maps");

/*
 * Adds `size` bytes to what the user has used lately, and returns the sum, or all of the quiet room
 * when the user floods. Other CPUs may do so too: a lost addition does no harm.
 */
static __noinline __u64 ring_use(const struct ring_user_key *key, __u64 time_ns, __u64 size)
{
	struct ring_user *user = bpf_map_lookup_elem(&ring_users, key);
	__u64 period = time_ns >> USE_PERIOD_SHIFT, passed, used;

	if (!user) {
		struct ring_user first = { .period = period, .used = size };

		bpf_get_current_comm(first.comm, sizeof(first.comm));
		bpf_map_update_elem(&ring_users, key, &first, BPF_NOEXIST);
		return size;
	}
	passed = period - user->period;
	used = user->used;
	/* An event that took longer to be built may come from the period before. */
	if ((__s64)passed > 0) {
		used = passed > 63 ? 0 : used >> passed;
		user->period = period;
	}
	used += size;
	user->used = used;
	if (used > quiet_room / SHARE_OF_FLOOD)
		user->flooded = period;
	/* The clock began with the machine: 0 is as long ago as a flood can be. */
	return user->flooded && period - user->flooded < FLOOD_PERIODS ? quiet_room : used;
}

static __always_inline struct ring_user_key ring_process(const struct event_header *header)
{
	struct ring_user_key key = { .id = header->start_time_ns, .tgid = header->tgid };

	return key;
}

/*
 * Returns whether an event may have `size` of the `left` free bytes of the ring. Counts them as
 * used in any case.
 */
static __noinline int ring_admits(const struct event_header *header, __u64 size, __u64 left)
{
	struct ring_user_key key = { .id = header->matched_scopes };
	__u64 time_ns = header->time_ns, share = SHARE_OF_PROCESS, used;

	if (ring_use(&key, time_ns, size) > left / SHARE_OF_SCOPES)
		share = SHARE_IN_FLOODED_SCOPES;
	key = ring_process(header);
	used = ring_use(&key, time_ns, size);
	/* Use is counted before it matters. */
	return left > quiet_room || used <= left / share;
}

/* Counts an event that was dropped by its process. */
static __noinline int ring_user_dropped(const struct event_header *header)
{
	struct ring_user_key key = ring_process(header);
	struct ring_user *user = bpf_map_lookup_elem(&ring_users, &key);

	if (user)
		__sync_fetch_and_add(&user->dropped, 1);
	return 0;
}
#endif

#endif
