/*
 * Records that are begun when an operation starts and told when its end is known: by then another
 * task may be the current one, or none, and what the operation was given is gone.
 */
#ifndef SPOOR_MAPS_KEPT_RECORDS_H
#define SPOOR_MAPS_KEPT_RECORDS_H

#include "../filters/follow.h"
#include "frame.h"

#define KEPT_RECORD_MAX 1024

struct kept_record {
	/* scope_set.version: what the bits of `matched_scopes` meant when the record was begun */
	__u64 scopes_version;
	__u8 record[KEPT_RECORD_MAX];
};

/* By the address of the kernel's own object, such as the request of a ring. The tracer sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct kept_record);
} kept_records SEC(".maps");

/* Cuts a part where the record is cut. Its true length remains. */
static __always_inline void part_cut_to_keep(struct var_bytes *part)
{
	__u32 end = part->offset + part->length;

	if (end <= KEPT_RECORD_MAX)
		return;
	part->length = part->offset < KEPT_RECORD_MAX ? KEPT_RECORD_MAX - part->offset : 0;
	if (part->offset > KEPT_RECORD_MAX)
		part->offset = KEPT_RECORD_MAX;
}

/* Keeps the record in the frame. Returns what the map answers. */
static __always_inline long record_store(struct frame *frame, const struct scope_set *set, const void *object, __u64 how)
{
	struct event_header *header = (void *)frame->record;
	__u64 key = (unsigned long)object;

	if (frame->size > KEPT_RECORD_MAX)
		frame->size = KEPT_RECORD_MAX;
	header->size = frame->size;
	frame->kept_version = set->version;
	return bpf_map_update_elem(&kept_records, &key, &frame->kept_version, how);
}

/* Keeps the record in the frame. A record that has no place is counted as dropped. */
static __always_inline void record_keep(struct frame *frame, const struct scope_set *set, const void *object)
{
	struct event_header *header = (void *)frame->record;

	if (record_store(frame, set, object, BPF_ANY))
		count_drop(header->kind, DROP_UNKEPT);
}

/* The kind of a kept record; 0 when there is none. */
static __always_inline __u32 kept_kind(const void *object)
{
	__u64 key = (unsigned long)object;
	struct kept_record *kept = bpf_map_lookup_elem(&kept_records, &key);

	return kept ? ((struct event_header *)kept->record)->kind : 0;
}

/*
 * Takes a kept record into the frame. False when there is none any more, or no scope that wants it:
 * scopes may have been replaced meanwhile.
 */
static __always_inline bool record_take(struct frame *frame, const struct scope_set *set, const void *object)
{
	struct event_header *header = (void *)frame->record;
	__u64 key = (unsigned long)object;
	struct kept_record *kept = bpf_map_lookup_elem(&kept_records, &key);

	if (!kept)
		return false;
	bpf_probe_read_kernel(&frame->kept_version, sizeof(*kept), kept);
	/* Of two that take it at the same time one does. */
	if (bpf_map_delete_elem(&kept_records, &key))
		return false;
	header->matched_scopes &= scopes_kept(set, frame->kept_version);
	header->scopes_version = set->version;
	header->time_ns = bpf_ktime_get_boot_ns();
	header->cpu = bpf_get_smp_processor_id();
	frame->size = header->size;
	return header->matched_scopes;
}

#endif
