/* The record of an event that is told at the return of a system call. */
#ifndef SPOOR_PROGRAMS_BEGIN_H
#define SPOOR_PROGRAMS_BEGIN_H

#include "../lib/syscalls.h"
#include "collect.h"

/* Starts the record: the header is filled, the rest of its `size` bytes is zero. */
static __always_inline void *syscall_begin(struct frame *frame, const struct scope_set *set, const struct syscall *call,
					   __u32 kind, __u32 size)
{
	struct event_header *header = record_begin(frame, set, kind, size);

	__builtin_memset(header + 1, 0, size - sizeof(*header));
	if (call->compat)
		header->flags |= EVENT_COMPAT;
	if (call->in_memory)
		header->flags |= EVENT_USER_MEMORY;
	return header;
}

#endif
