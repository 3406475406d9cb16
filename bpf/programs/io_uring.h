/* The operations that a process hands to io_uring: those that make no system call of their own. */
#ifndef SPOOR_PROGRAMS_IO_URING_H
#define SPOOR_PROGRAMS_IO_URING_H

#include "../events/io_uring.h"
#include "../maps/io_uring_operations.h"
#include "../maps/kept_records.h"
#include "../events/ring_operation.h"
#include "collect.h"
#include "conditions.h"

static __noinline int tell_ring_use(struct frame *frame, const struct scope_set *set, __u32 operation)
{
	struct io_uring_event *event;

	if (!(frame->matched & set->events[EVENT_IO_URING]))
		return 0;
	event = record_begin(frame, set, EVENT_IO_URING, sizeof(*event));
	__builtin_memset(&event->header + 1, 0, sizeof(*event) - sizeof(event->header));
	event->action = RING_OPERATION;
	event->operation = operation;
	record_append_exe(frame);
	record_end(frame, activity);
	return 0;
}

/* A function for the record of each kind: the fixed part, the binary, then the names. */
#define RING_BEGIN(NAME, name, ...)                                                                            \
	static __noinline int begin_##name(struct frame *frame, const struct scope_set *set,                   \
					   struct task_struct *task, struct io_kiocb *request)                 \
	{                                                                                                      \
		struct event_header *header = record_begin(frame, set, EVENT_##NAME, sizeof(struct name##_event)); \
                                                                                                               \
		__builtin_memset(header + 1, 0, sizeof(struct name##_event) - sizeof(*header));                \
		header->flags |= EVENT_VIA_IO_URING;                                                           \
		record_append_exe(frame);                                                                      \
		__VA_ARGS__;                                                                                   \
		return 0;                                                                                      \
	}
RING_BEGIN(OPEN, open, ring_begin_open(frame, task, (void *)request))
RING_BEGIN(CONNECT, connect, ring_begin_connect(frame, request))
RING_BEGIN(UNLINK, unlink, ring_begin_unlink(frame, task, (void *)request))
RING_BEGIN(RENAME, rename, ring_begin_rename(frame, task, (void *)request))
RING_BEGIN(MKDIR, mkdir, ring_begin_mkdir(frame, task, (void *)request))

/* The macros below remove the kinds that are off from the program. */
#define RING_KIND(NAME, kind) ((enabled_events >> EVENT_##NAME & 1) && (kind) == EVENT_##NAME)

static __always_inline void ring_begin(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				       struct io_kiocb *request, __u32 kind)
{
	if (RING_KIND(OPEN, kind))
		begin_open(frame, set, task, request);
	else if (RING_KIND(CONNECT, kind))
		begin_connect(frame, set, task, request);
	else if (RING_KIND(UNLINK, kind))
		begin_unlink(frame, set, task, request);
	else if (RING_KIND(RENAME, kind))
		begin_rename(frame, set, task, request);
	else if (RING_KIND(MKDIR, kind))
		begin_mkdir(frame, set, task, request);
}

/* Stores the outcome of the operation: -EINPROGRESS if it will not be known. */
static __always_inline void ring_end(struct frame *frame, struct task_struct *task, struct io_kiocb *request,
				     __u32 kind, __s32 result)
{
	if (RING_KIND(OPEN, kind))
		ring_end_open(frame, task, result);
	else if (RING_KIND(CONNECT, kind))
		ring_end_connect(frame, request, result);
	else if (RING_KIND(UNLINK, kind))
		((struct unlink_event *)frame->record)->result = result;
	else if (RING_KIND(RENAME, kind))
		((struct rename_event *)frame->record)->result = result;
	else if (RING_KIND(MKDIR, kind))
		((struct mkdir_event *)frame->record)->result = result;
}

static __noinline int tell_ring_operation(struct frame *frame, const struct scope_set *set, struct io_kiocb *request,
					  __s32 result)
{
	struct event_header *header = (void *)frame->record;
	__u32 kind = header->kind;

	ring_end(frame, current_task(), request, kind, result);
	if (!record_judge(frame, set, kind))
		return 0;
	record_end(frame, activity);
	return 0;
}

static __noinline int ring_is_new(const struct process *process, struct task_struct *task, __u32 operation)
{
	return (enabled_events >> EVENT_IO_URING & 1) && io_uring_is_new(process, task, operation);
}

/* Whose scopes are collected already. */
static __noinline int ring_tell(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				struct io_kiocb *request)
{
	__u32 kind = frame->ring_kind & (EVENT_KINDS_MAX - 1);

	if ((enabled_events >> EVENT_IO_URING & 1) && frame->ring_is_new)
		tell_ring_use(frame, set, BPF_CORE_READ(request, opcode));
	/* Where nothing tells results, the fields that are read below are not there. */
	if (!ring_tells_results() || !(enabled_events & RING_KINDS) || !kind || !(frame->matched & set->events[kind]))
		return 0;
	ring_begin(frame, set, task, request, kind);
	if (BPF_CORE_READ(request, flags) & IOSQE_CQE_SKIP_SUCCESS)
		tell_ring_operation(frame, set, request, -EINPROGRESS);
	else
		record_keep(frame, set, request);
	return 0;
}

static __always_inline void ring_submitted(struct task_struct *task, struct io_kiocb *request)
{
	__u8 operation = BPF_CORE_READ(request, opcode);
	__u64 kind = ring_operation_kind(operation);
	struct subject subject = subject_of(task);
	bool is_new = ring_is_new(&subject.process, task, operation);
	__u64 need = kind << 1 | is_new;
	const struct scope_set *set;
	struct frame *frame;

	/*
	 * A number of its own: what a branch tells of it, the verifier does not know of the two that it
	 * is made of.
	 */
	barrier_var(need);
	if (!need)
		return;
	set = scopes_current();
	frame = frame_take(EVENT_IO_URING);
	if (!frame)
		return;
	frame->ring_kind = kind;
	frame->ring_is_new = is_new;
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL))
		ring_tell(frame, set, task, request);
	frame_release();
}

/*
 * Up to 6.2, with arguments that differ: from 6.0 on the request comes first, before it is the
 * second, after its ring (5.13, and 5.10 since 5.10.162). Which of them it is the request itself
 * tells. What is older still is not told.
 */
SEC("?tp_btf/io_uring_submit_sqe")
int on_ring_submit__sqe(__u64 *arguments)
{
	struct io_kiocb *request = (void *)arguments[1];

	if ((__u64)BPF_CORE_READ(request, ctx) != arguments[0]) {
		if (!ring_tells_results())
			return 0;
		request = (void *)arguments[0];
	}
	ring_submitted(current_task(), request);
	return 0;
}

/*
 * Since 6.3. A ring that the kernel polls is read by a kernel thread of the process itself, with
 * its tgid (since 5.12).
 */
SEC("?tp_btf/io_uring_submit_req")
int on_ring_submit(__u64 *arguments)
{
	ring_submitted(current_task(), (void *)arguments[0]);
	return 0;
}

/*
 * The arguments behind the request differ from kernel to kernel. The request itself has the result.
 */
SEC("?tp_btf/io_uring_complete")
int on_ring_complete(__u64 *arguments)
{
	struct io_kiocb___cqe *fields;
	struct io_kiocb *request;
	const struct scope_set *set;
	struct frame *frame;
	__u32 kind;

	if (!ring_tells_results())
		return 0;
	request = (void *)arguments[1];
	fields = (void *)request;
	kind = kept_kind(request);
	if (!kind)
		return 0;
	set = scopes_current();
	frame = frame_take(kind);
	if (!frame)
		return 0;
	if (set && record_take(frame, set, request))
		tell_ring_operation(frame, set, request, BPF_CORE_READ(fields, cqe.res));
	frame_release();
	return 0;
}

#endif
