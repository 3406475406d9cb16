#ifndef SPOOR_EVENTS_IO_URING_H
#define SPOOR_EVENTS_IO_URING_H

#include "../lib/anonymous.h"
#include "../lib/syscalls.h"
#include "call_objects.h"

#define SYSCALLS_io_uring(SYSCALL, kind) SYSCALL(kind, 425, 425, 425, 0)

enum io_uring_action { RING_SETUP = 0, RING_OPERATION = 1 };

/* include/uapi/linux/io_uring.h: offset in struct io_uring_params. */
#define IO_URING_PARAMS_FLAGS 8

/*
 * A process set a ring up, or could not; or it uses one for an operation for the first time. What
 * it does through the ring is done without a system call. Opens and a few others are events of
 * their own all the same (ring_operation.h); of the rest this is the only event. Each operation is
 * told once per binary that the process runs, seldom twice.
 */
struct io_uring_event {
	struct event_header header;
	/* of a set-up the ring's file descriptor, or -errno; else 0 */
	__s32 result;
	enum io_uring_action action;
	/* of an operation: enum io_uring_op */
	__u32 operation;
	/*
	 * of a set-up: IORING_SETUP_ flags and the length of the queue as the kernel has them; of a
	 * failed one as asked for
	 */
	__u32 flags;
	__u32 entries;
	__u32 unused;
};

static __always_inline bool fill_io_uring(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct io_uring_event *event = (void *)frame->record;
	struct io_ring_ctx *ring = NULL;

	event->result = call->result;
	event->action = RING_SETUP;
	record_flag_racy(frame);
	if (event->result >= 0)
		ring = anonymous(task, event->result, "[io_uring]");
	if (ring) {
		event->flags = BPF_CORE_READ(ring, flags);
		event->entries = BPF_CORE_READ(ring, sq_entries);
		return true;
	}
	event->header.flags |= EVENT_USER_MEMORY;
	event->entries = call->arguments[0];
	bpf_probe_read_user(&event->flags, sizeof(event->flags), (void *)call->arguments[1] + IO_URING_PARAMS_FLAGS);
	return true;
}

#endif
