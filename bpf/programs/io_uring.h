/* The operations that a process hands to io_uring: those that make no system call of their own. */
#ifndef SPOOR_PROGRAMS_IO_URING_H
#define SPOOR_PROGRAMS_IO_URING_H

#include "../events/io_uring.h"
#include "../maps/io_uring_operations.h"
#include "collect.h"

static __always_inline void io_uring_operation(struct task_struct *task, __u8 operation)
{
	const struct scope_set *set = scopes_current();
	struct subject subject = subject_of(task);
	struct io_uring_event *event;
	struct frame *frame;

	if (!io_uring_is_new(&subject.process, task, operation))
		return;
	frame = frame_take(EVENT_IO_URING);
	if (!frame)
		return;
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL) &&
	    (frame->matched & set->events[EVENT_IO_URING])) {
		event = record_begin(frame, set, EVENT_IO_URING, sizeof(*event));
		__builtin_memset(&event->header + 1, 0, sizeof(*event) - sizeof(event->header));
		event->action = RING_OPERATION;
		event->operation = operation;
		record_append_exe(frame);
		record_end(frame, activity);
	}
	frame_release();
}

/*
 * Up to 6.2, with arguments that differ: from 6.0 on the request comes first, before it is the second, after its ring
 * (5.13, and 5.10 since 5.10.162). Which of them it is the request itself tells. What is older still is not told.
 */
SEC("?tp_btf/io_uring_submit_sqe")
int on_event_io_uring__submit_sqe(__u64 *arguments)
{
	struct io_kiocb *request = (void *)arguments[1];

	if ((__u64)BPF_CORE_READ(request, ctx) != arguments[0]) {
		if (!bpf_core_field_exists(struct io_kiocb___cqe, cqe))
			return 0;
		request = (void *)arguments[0];
	}
	io_uring_operation(current_task(), BPF_CORE_READ(request, opcode));
	return 0;
}

/* Since 6.3. A ring that the kernel polls is read by a kernel thread of the process itself, with its tgid (since 5.12). */
SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(on_event_io_uring, struct io_kiocb *request)
{
	io_uring_operation(current_task(), request->opcode);
	return 0;
}

#endif
