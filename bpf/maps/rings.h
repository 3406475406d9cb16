/*
 * The two rings, and what happened to every record: submitted + dropped is what happened. Lifecycle
 * events have a ring of their own, so that a flood of opens cannot hide an exec.
 */
#ifndef SPOOR_MAPS_RINGS_H
#define SPOOR_MAPS_RINGS_H

#include "ring_users.h"

/* Why a record was dropped. */
enum drop_reason {
	/*
	 * the ring had no room, or little, which is kept for quieter processes (ring_users.h): the
	 * reader is behind
	 */
	DROP_RING_FULL = 0,
	/* the ring had room but its lock was taken (reserve in an interrupt) */
	DROP_RING_BUSY = 1,
	/* programs interrupted each other deeper than there is scratch memory */
	DROP_NESTED = 2,
	/* what the event was to tell when its end is known could not be kept: the map was full */
	DROP_UNKEPT = 3,
};

#define DROP_REASONS 4
/* The kernel's own header, and the rounding up to 8 bytes. */
#define RECORD_HEADER 16

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} lifecycle SEC(".maps");

#ifndef SPOOR_LEAN
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} activity SEC(".maps");
#endif

struct event_counters {
	__u64 submitted;
	__u64 dropped[DROP_REASONS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EVENT_KINDS_MAX);
	__type(key, __u32);
	__type(value, struct event_counters);
} event_counters SEC(".maps");

static __always_inline void count_drop(__u32 kind, enum drop_reason reason)
{
	struct event_counters *counters = bpf_map_lookup_elem(&event_counters, &kind);

	if (counters)
		counters->dropped[reason]++;
}

/*
 * Returns whether a record of `size` bytes fills one more eighth of the ring. If two records do so
 * at once, neither may notice. The next eighth makes up for it.
 */
static __always_inline __u64 wakeup_for(void *ring, __u64 size)
{
	__u64 eighth, waiting;

	if (!wake_reader)
		return BPF_RB_NO_WAKEUP;
	eighth = bpf_ringbuf_query(ring, BPF_RB_RING_SIZE) / 8;
	waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	/* A power of two: the bits from it on count the eighths. */
	return (waiting ^ (waiting + size + RECORD_HEADER)) & ~(eighth - 1) ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Set to 1 by a reader that goes to sleep, and then looks once more; set to 0 by who wakes it. */
__u32 reader_asleep = 0;

/*
 * Called when a record is in the ring, not before it is: between a look at the word and the
 * record's output the reader could find nothing and fall asleep. Only a record can wake, so that
 * one of nothing is reserved and given back. Where it cannot be reserved (the ring's lock is taken,
 * in an interrupt), the next record wakes.
 */
static __always_inline void wake_sleeper(void *ring)
{
	void *nothing;

	if (!reader_sleeps || !reader_asleep)
		return;
	nothing = bpf_ringbuf_reserve(ring, 8, 0);
	if (!nothing)
		return;
	/* Before the wake-up: the reader may be asleep again after it. */
	reader_asleep = 0;
	bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

#ifdef SPOOR_LEAN
#define is_shared(ring) false
#define ring_has_room(ring, header, size) true
#define ring_user_dropped(header) 0
#else
/*
 * True for the ring in which a flood of one process could hide other processes. A constant for the
 * compiler.
 */
#define is_shared(ring) ((ring) == (void *)&activity)

/*
 * Returns whether the event may use the ring. Costs one call while the ring has twice as much room
 * as `quiet_room`.
 */
static __always_inline bool ring_has_room(void *ring, const struct event_header *header, __u64 size)
{
	__u64 waiting;

	if (!quiet_room)
		return true;
	waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	if (waiting + 2 * quiet_room <= activity_size)
		return true;
	return ring_admits(header, size, waiting < activity_size ? activity_size - waiting : 0);
}
#endif

/*
 * Submits a whole record, or counts why not. `most`: bytes that there are behind `header`, a
 * constant.
 */
static __always_inline void record_submit(void *ring, struct event_header *header, __u64 most)
{
	__u32 kind = header->kind;
	__u64 size = header->size;
	struct event_counters *counters;
	enum drop_reason reason = DROP_RING_FULL;
	__u64 wakeup;

	counters = bpf_map_lookup_elem(&event_counters, &kind);
	if (!is_shared(ring) || ring_has_room(ring, header, size)) {
		wakeup = wakeup_for(ring, size);
		/*
		 * Bounded after the calls: 5.10 forgets the bounds of a number that waits on the
		 * stack meanwhile.
		 */
		barrier_var(size);
		if (size > most)
			size = most;
		if (!bpf_ringbuf_output(ring, header, size, wakeup)) {
			if (counters)
				counters->submitted++;
			wake_sleeper(ring);
			return;
		}
		reason = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) + size + RECORD_HEADER >
					 bpf_ringbuf_query(ring, BPF_RB_RING_SIZE) ?
				 DROP_RING_FULL :
				 DROP_RING_BUSY;
	}
	if (counters)
		counters->dropped[reason]++;
	if (is_shared(ring) && quiet_room)
		ring_user_dropped(header);
}

#endif
