/*
 * The working memory of one run of a program: the state in hand, the facts, and the record being
 * built. One frame a CPU and nesting level. Tracepoint programs run with preemption off, so a
 * program that interrupts another on its CPU ends first and frames are taken and released in order.
 */
#ifndef SPOOR_MAPS_FRAME_H
#define SPOOR_MAPS_FRAME_H

#include "../filters/facts.h"
#include "../lib/accounts.h"
#include "../lib/mapping.h"
#include "../lib/syscalls.h"
#include "../lib/writing.h"
#include "committed.h"
#include "dns.h"
#include "environment.h"
#include "peers.h"
#include "containers.h"
#include "proc_info.h"
#include "rings.h"
#include "scripts.h"

/* Ids in the header of an event: those of the initial namespaces. */
struct event_ids {
	__u64 parent_start_time_ns;
	__u32 tgid;
	__u32 tid;
	__u32 ppid;
	__u32 uid;
};

struct frame {
	struct proc_info info;
	struct task_words words;
	struct task_facts facts;
	struct event_ids ids;
	struct path_buffer path;
	struct script script;
	struct name_walk names;
	struct environment_walk environment;
	struct container container;
	struct container_walk container_walk;
	/* enum words_place; kept here so that the verifier follows one path for all of them */
	__u32 words_place;
	__u64 matched;
#ifdef SPOOR_MISS_MODE
	/* Scopes that follow the process, for the record that replaces another one. */
	__u64 followed_before;
#endif
	/* of a walk to the ancestors: what was found, and after how many steps */
	struct scope_words ancestor_words;
	__u64 ancestor_steps;
	/* of a process that ends */
	struct accounts accounts;
	/* of a datagram, or of a connection that is under way */
	struct peer peer;
	/*
	 * Of a call that sends: how many messages are looked at, and the one in hand. They are here,
	 * where the verifier knows no number and so finds all messages alike.
	 */
	__u64 messages;
	struct syscall send;
	/*
	 * of a request to a ring: the event that it is, and whether it is the first of its kind; here
	 * for the same reason
	 */
	__u64 ring_kind;
	__u64 ring_is_new;
	/* what a hook inside the call has kept, and the address of its path */
	struct committed committed;
	__u64 committed_path;
	/* of a call that makes memory executable: the mapping in hand, and where the rest ends */
	struct mapping mapping;
	__u64 mappings_end;
	/* of a call that writes to a file; the call itself is in `send` */
	struct writing writing;
	/* of a call on the socket of a name server's client */
	struct dns_message dns;
	struct dns_stream dns_stream;
	/* address of the socket that a call connects */
	__u64 connecting;
	/* bytes of `record` in use */
	__u32 size;
	__u32 info_valid;
	/* scope_set.version of a record that is kept (kept_records.h): right before the record */
	__u64 kept_version;
	__u8 record[RECORD_MAX + PART_MAX];
};

#define FRAME_LEVELS 2

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRAME_LEVELS);
	__type(key, __u32);
	__type(value, struct frame);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} frame_level SEC(".maps");

/* NULL, counted as a drop of `kind`, when programs nest deeper than there are frames. */
static __always_inline struct frame *frame_take(enum event_kind kind)
{
	__u32 zero = 0, index;
	__u32 *level = bpf_map_lookup_elem(&frame_level, &zero);
	struct frame *frame;

	if (!level)
		return NULL;
	index = *level;
	if (index >= FRAME_LEVELS) {
		count_drop(kind, DROP_NESTED);
		return NULL;
	}
	*level = index + 1;
	frame = bpf_map_lookup_elem(&frames, &index);
#ifdef SPOOR_MISS_MODE
	if (frame)
		frame->followed_before = 0;
#endif
	return frame;
}

/* The frame that the running program has taken. For functions that take numbers only. */
static __always_inline struct frame *frame_current(void)
{
	__u32 zero = 0, index;
	__u32 *level = bpf_map_lookup_elem(&frame_level, &zero);

	if (!level)
		return NULL;
	index = *level - 1;
	return bpf_map_lookup_elem(&frames, &index);
}

#ifdef SPOOR_WITHOUT_BPF_LOOP
static __always_inline struct path_buffer *path_current(void)
{
	struct frame *frame = frame_current();

	return frame ? &frame->path : NULL;
}
#endif

static __always_inline void frame_release(void)
{
	__u32 zero = 0;
	__u32 *level = bpf_map_lookup_elem(&frame_level, &zero);

	if (level)
		*level -= 1;
}

#endif
