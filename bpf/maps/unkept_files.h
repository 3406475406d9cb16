/*
 * Open files whose record found no place. Each counts as one dropped event, however often it is
 * written to.
 */
#ifndef SPOOR_MAPS_UNKEPT_FILES_H
#define SPOOR_MAPS_UNKEPT_FILES_H

#include "rings.h"

/* By the key of the record. If this map is full too, each write counts as one dropped event. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} unkept_files SEC(".maps");

/* Set at the first of them, so that nobody looks for one before. */
__u32 has_unkept_files = 0;

/* Counts the file as dropped, once. */
static __always_inline void unkept_file_count(__u64 key)
{
	__u8 counted = 1;

	has_unkept_files = 1;
	if (bpf_map_update_elem(&unkept_files, &key, &counted, BPF_NOEXIST) != -EEXIST)
		count_drop(EVENT_WRITE, DROP_UNKEPT);
}

static __always_inline bool file_is_unkept(__u64 key)
{
	return has_unkept_files && bpf_map_lookup_elem(&unkept_files, &key);
}

static __always_inline void unkept_file_forget(__u64 key)
{
	if (has_unkept_files)
		bpf_map_delete_elem(&unkept_files, &key);
}

#endif
