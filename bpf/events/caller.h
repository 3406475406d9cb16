/* What the caller named, beside what a descriptor leads to by now. */
#ifndef SPOOR_EVENTS_CALLER_H
#define SPOOR_EVENTS_CALLER_H

#include "call_objects.h"

/* Bytes at the ends of two names that are compared. */
#define NAME_END 8

/*
 * Returns whether a path of the record ends otherwise than a name in the caller's memory. Asked where another task can have
 * replaced the object: an object of another name is not the one of the call, or was reached through a symbolic link.
 */
static __noinline int caller_disagrees(struct frame *frame, const struct var_bytes *path, const void *name)
{
	struct part part = { .from = name, .memory = PART_USER };
	__u64 told[2] = {}, asked[2] = {};
	struct var_bytes reference;
	__u32 size = frame->size, length;

	record_append_string(frame, &reference, &part);
	frame->size = size;
	length = reference.length < path->length ? reference.length : path->length;
	if (length > NAME_END)
		length = NAME_END;
	barrier_var(length);
	length &= 2 * NAME_END - 1;
	bpf_probe_read_kernel(told, length, &frame->record[(path->offset + path->length - length) & RECORD_MASK]);
	bpf_probe_read_kernel(asked, length,
			      &frame->record[(reference.offset + reference.length - length) & RECORD_MASK]);
	return told[0] != asked[0];
}

#endif
