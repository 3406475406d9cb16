/*
 * Operations of io_uring that are told as the events that they are. A record is begun when the
 * kernel has taken the request, with the names that it copied then, and told when the request is
 * completed.
 */
#ifndef SPOOR_EVENTS_RING_OPERATION_H
#define SPOOR_EVENTS_RING_OPERATION_H

#include "connect.h"
#include "mkdir.h"
#include "open.h"
#include "rename.h"
#include "unlink.h"

/* include/uapi/linux/io_uring.h: enum io_uring_op */
#define IORING_OP_CONNECT 16
#define IORING_OP_OPENAT 18
#define IORING_OP_OPENAT2 28
#define IORING_OP_RENAMEAT 35
#define IORING_OP_UNLINKAT 36
#define IORING_OP_MKDIRAT 37
/* Of a request that succeeds nothing is posted, and no hook runs. */
#define IOSQE_CQE_SKIP_SUCCESS (1 << 6)

/* arch/arm64/include/uapi/asm/fcntl.h, include/uapi/asm-generic/fcntl.h */
#if defined(__TARGET_ARCH_x86)
#define O_LARGEFILE 0100000u
#else
#define O_LARGEFILE 0400000u
#endif

/* The events that operations can be. */
#define RING_KINDS                                                                                             \
	(1ULL << EVENT_OPEN | 1ULL << EVENT_CONNECT | 1ULL << EVENT_UNLINK | 1ULL << EVENT_RENAME |            \
	 1ULL << EVENT_MKDIR)

/* The completion hook tells the request since 5.19, when the request got these fields. */
static __always_inline bool ring_tells_results(void)
{
	return bpf_core_field_exists(struct io_kiocb___cqe, cqe);
}

/* As many as the field of the request can say. */
#define RING_OPERATIONS 256

/* The event that an operation is; 0 for one that is only told as used. */
const volatile __u8 ring_operation_kinds[RING_OPERATIONS] = {
	[IORING_OP_CONNECT] = EVENT_CONNECT,   [IORING_OP_OPENAT] = EVENT_OPEN,
	[IORING_OP_OPENAT2] = EVENT_OPEN,      [IORING_OP_RENAMEAT] = EVENT_RENAME,
	[IORING_OP_UNLINKAT] = EVENT_UNLINK,   [IORING_OP_MKDIRAT] = EVENT_MKDIR,
};

/*
 * Returns the event that an operation is, or 0 when that event is off. A table, not a branch: after
 * a branch the verifier walks what follows once for each event.
 */
static __always_inline __u64 ring_operation_kind(__u8 operation)
{
	__u64 kinds = ring_tells_results() ? enabled_events : 0;
	__u64 kind = ring_operation_kinds[operation];

	return kind * (kinds >> (kind & (EVENT_KINDS_MAX - 1)) & 1);
}

/* The name in a request. Kernels that keep it in another way have none here. */
#define ring_name(request, field)                                                                              \
	({                                                                                                     \
		const void *__name = NULL;                                                                     \
		if (bpf_core_field_exists((request)->field))                                                   \
			__name = BPF_CORE_READ(request, field, name);                                          \
		__name;                                                                                        \
	})

/*
 * The operation runs after its submission. By then its own process can have changed the directory
 * or root that a name starts at.
 */
static __always_inline void ring_append_name(struct frame *frame, struct task_struct *task, const struct name *name)
{
	struct event_header *header = (void *)frame->record;

	header->flags |= EVENT_RACY;
	record_append_named(frame, task, name);
	part_cut_to_keep(name->path);
	part_cut_to_keep(name->directory);
}

static __always_inline void ring_begin_open(struct frame *frame, struct task_struct *task, struct io_open *request)
{
	struct open_event *event = (void *)frame->record;
	struct name name = {
		.from = ring_name(request, filename),
		.in_kernel = true,
		.directory_fd = BPF_CORE_READ(request, dfd),
		.in_root = !!(BPF_CORE_READ(request, how.resolve) & RESOLVE_IN_ROOT),
		.path = &event->path,
		.directory = &event->directory,
	};

	/* io_uring adds this one to what it was asked for. */
	event->flags = BPF_CORE_READ(request, how.flags) & ~O_LARGEFILE;
	/*
	 * Until the end is known: not 0 for a file that gets no descriptor, and the size of the record
	 * without its names.
	 */
	event->result = BPF_CORE_READ(request, file_slot);
	event->device = frame->size;
	record_append_joined(frame, task, &name);
	part_cut_to_keep(&event->path);
	part_cut_to_keep(&event->directory);
}

static __always_inline void ring_begin_unlink(struct frame *frame, struct task_struct *task,
					      struct io_unlink *request)
{
	struct unlink_event *event = (void *)frame->record;
	struct name name = {
		.from = ring_name(request, filename),
		.in_kernel = true,
		.directory_fd = BPF_CORE_READ(request, dfd),
		.path = &event->path,
		.directory = &event->directory,
	};

	event->flags = BPF_CORE_READ(request, flags);
	ring_append_name(frame, task, &name);
}

static __always_inline void ring_begin_mkdir(struct frame *frame, struct task_struct *task, struct io_mkdir *request)
{
	struct mkdir_event *event = (void *)frame->record;
	struct name name = {
		.from = ring_name(request, filename),
		.in_kernel = true,
		.directory_fd = BPF_CORE_READ(request, dfd),
		.path = &event->path,
		.directory = &event->directory,
	};

	event->mode = BPF_CORE_READ(request, mode);
	ring_append_name(frame, task, &name);
}

static __always_inline void ring_begin_rename(struct frame *frame, struct task_struct *task,
					      struct io_rename *request)
{
	struct rename_event *event = (void *)frame->record;
	struct name from = {
		.from = ring_name(request, oldpath),
		.in_kernel = true,
		.directory_fd = BPF_CORE_READ(request, old_dfd),
		.path = &event->path,
		.directory = &event->directory,
	};
	struct name to = {
		.from = ring_name(request, newpath),
		.in_kernel = true,
		.directory_fd = BPF_CORE_READ(request, new_dfd),
		.path = &event->new_path,
		.directory = &event->new_directory,
	};

	event->flags = BPF_CORE_READ(request, flags);
	ring_append_name(frame, task, &from);
	ring_append_name(frame, task, &to);
}

/*
 * The address is the caller's memory still; of a connection that succeeds the socket tells the
 * peer.
 */
static __always_inline void ring_begin_connect(struct frame *frame, struct io_kiocb *request)
{
	struct connect_event *event = (void *)frame->record;
	struct io_connect *connect = (void *)request;
	struct syscall *call = &frame->send;
	struct endpoint endpoint = {};
	struct io_kiocb___cqe *fields = (void *)request;

	call->arguments[1] = (unsigned long)BPF_CORE_READ(connect, addr);
	call->arguments[2] = BPF_CORE_READ(connect, addr_len);
	event->fd = BPF_CORE_READ(fields, cqe.fd);
	event->call = CONNECT_CONNECT;
	endpoint_of_caller(frame, &endpoint, &event->path, call);
	endpoint_store(event, &endpoint);
}

static __always_inline void ring_end_open(struct frame *frame, struct task_struct *task, __s32 result)
{
	struct open_event *event = (void *)frame->record;
	bool has_descriptor = event->result == 0;
	__u32 size = event->device;
	struct file *file = NULL;

	event->result = result;
	event->device = 0;
	/* Threads of the process, those of the kernel too, have its descriptors. */
	if (result >= 0 && has_descriptor && (__u32)task_field(task, tgid) == event->header.tgid)
		file = file_of_fd(task, result);
	/*
	 * The frame has no words of the process here: its name is flagged if it shared a table when
	 * the record was begun.
	 */
	event->header.flags |= EVENT_RACY * ((!file | tables_are_shared()) & 1);
	if (!file)
		return;
	frame->size = size;
	__builtin_memset(&event->directory, 0, sizeof(event->directory));
	record_append_file(frame, file, &event->path);
	event_store_number(event, file);
}

static __always_inline void ring_end_connect(struct frame *frame, struct io_kiocb *request, __s32 result)
{
	struct connect_event *event = (void *)frame->record;
	struct sock *sock = sock_of_file(BPF_CORE_READ(request, file));
	struct endpoint endpoint = {};
	struct var_bytes path = {};

	event->result = result;
	event->outcome = connect_outcome(sock, result);
	event->net_namespace = net_namespace_of(sock);
	if (!sock || result < 0 || !endpoint_of_peer(frame, &endpoint, &path, sock))
		return;
	event->path = path;
	event->header.flags &= ~EVENT_USER_MEMORY;
	endpoint_store(event, &endpoint);
}

#endif
