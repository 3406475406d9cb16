/* Compares the name in the caller's memory with the object behind a descriptor. */
#ifndef SPOOR_EVENTS_CALLER_H
#define SPOOR_EVENTS_CALLER_H

#include "call_objects.h"

/* Bytes at the ends of two names that are compared. */
#define NAME_END 8

/* 1 for every byte but 0, without a branch, which the verifier would follow twice for each byte. */
#define IS_SET(byte) (((byte) + 0xff) >> 8 & 1)

/*
 * Returns whether the last part of `asked` differs from the end of `told`. Both numbers hold the
 * last eight bytes of a name, the last byte highest.
 */
static __always_inline bool ends_differ(__u64 told, __u64 asked)
{
	__u64 going = 1, differ = 0;

#pragma unroll
	for (int at = 8 * (NAME_END - 1); at >= 0; at -= 8) {
		__u64 byte = asked >> at & 0xff, other = told >> at & 0xff;

		differ |= going & IS_SET(byte ^ other);
		going &= IS_SET(byte ^ '/');
		barrier_var(going);
	}
	return differ;
}

/* Returns the last eight bytes of a text in the record, the last byte highest. */
static __always_inline __u64 end_of(struct frame *frame, const struct var_bytes *text)
{
	__u32 length = text->length < NAME_END ? text->length : NAME_END;
	__u64 end = 0;

	barrier_var(length);
	/* The bound again, for verifiers that have lost it. */
	if (!length || length > NAME_END)
		return 0;
	bpf_probe_read_kernel(&end, length, &frame->record[(text->offset + text->length - length) & RECORD_MASK]);
	return end << 8 * (NAME_END - length);
}

/*
 * Returns whether the path in the record and the name in the caller's memory end differently. If
 * they do, another task has replaced the object or the name, or the name is a symbolic link.
 */
static __noinline int caller_disagrees(struct frame *frame, const struct var_bytes *path, const void *name)
{
	struct part part = { .from = name, .memory = PART_USER };
	struct var_bytes reference;
	__u32 size = frame->size;
	__u64 asked;

	record_append_string(frame, &reference, &part);
	frame->size = size;
	if (!reference.length)
		return false;
	asked = end_of(frame, &reference);
	/* A name without a directory is in one. */
	if (reference.length < NAME_END)
		asked |= (__u64)'/' << 8 * (NAME_END - 1 - reference.length);
	return ends_differ(end_of(frame, path), asked);
}

#endif
