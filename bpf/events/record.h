/*
 * Building a record in the frame: the fixed part first, then the variable parts in the order they
 * are added.
 */
#ifndef SPOOR_EVENTS_RECORD_H
#define SPOOR_EVENTS_RECORD_H

#include "../lib/fd.h"
#include "../maps/frame.h"

/* The largest offset at which a part may start; a power of two minus one, for the verifier. */
#define RECORD_MASK (RECORD_MAX - 1)
/* All parts together, but for the last: the binary of the process, which has room kept for it. */
#define PARTS_MAX (RECORD_MAX - EXE_MAX)

enum part_from { PART_KERNEL, PART_USER };

struct part {
	const void *from;
	__u32 length;
	enum part_from memory;
};

static __always_inline void record_append_within(struct frame *frame, struct var_bytes *reference,
						 const struct part *part, __u32 limit)
{
	__u32 at = frame->size & RECORD_MASK;
	__u64 length = part->length;
	long status;

	if (length > PART_MAX - 1)
		length = PART_MAX - 1;
	if (at + length > limit)
		length = at < limit ? limit - at : 0;
	/* Hidden from the compiler, which would leave the mask out: verifiers before 6.4 need it. */
	barrier_var(length);
	length &= PART_MAX - 1;
	if (part->memory == PART_USER)
		status = bpf_probe_read_user(&frame->record[at], length, part->from);
	else
		status = bpf_probe_read_kernel(&frame->record[at], length, part->from);
	if (status)
		length = 0;
	reference->offset = at;
	reference->length = length;
	reference->full_length = part->length;
	frame->size += length;
}

/*
 * Appends up to PART_MAX bytes, as far as there is room, and points `reference` to them. What
 * cannot be read has no bytes but keeps its true length, and so counts as truncated.
 */
static __always_inline void record_append(struct frame *frame, struct var_bytes *reference, const struct part *part)
{
	record_append_within(frame, reference, part, PARTS_MAX);
}

#define UNREADABLE_BYTE 0xff

/* One byte of a part. A page that is missing has no NUL in it: what ends there is cut. */
static __always_inline __u8 part_byte(const struct part *part, __u32 at)
{
	__u8 byte = 0;
	long status;

	if (part->memory == PART_USER)
		status = bpf_probe_read_user(&byte, sizeof(byte), part->from + at);
	else
		status = bpf_probe_read_kernel(&byte, sizeof(byte), part->from + at);
	return status ? UNREADABLE_BYTE : byte;
}

/* A string of at most PART_MAX - 1 bytes that ends with a NUL, which is not kept. */
static __always_inline void record_append_string(struct frame *frame, struct var_bytes *reference,
						 const struct part *part)
{
	__u32 at = frame->size & RECORD_MASK;
	long length = 0;

	reference->offset = at;
	reference->length = 0;
	reference->full_length = 0;
	if (frame->size + PART_MAX > PARTS_MAX) {
		/* No room, which is said like any other cut. */
		reference->full_length = 1;
		return;
	}
	if (part->memory == PART_USER)
		length = bpf_probe_read_user_str(&frame->record[at], PART_MAX, part->from);
	else
		length = bpf_probe_read_kernel_str(&frame->record[at], PART_MAX, part->from);
	if (length < 0) {
		/* Unreadable: no bytes, and said to be truncated. */
		reference->full_length = 1;
		return;
	}
	/*
	 * Of an empty string of user space many kernels say 0, 6.1 among them, and of others what they
	 * should: 1.
	 */
	if (length)
		length -= 1;
	reference->length = length;
	/* A full buffer ends with a NUL of ours. Only at the end of a string is there another. */
	reference->full_length = length == PART_MAX - 1 && part_byte(part, length) ? length + 1 : length;
	frame->size += length;
}

static __always_inline void record_append_path(struct frame *frame, struct var_bytes *reference)
{
	struct path_buffer *path = &frame->path;
	struct part part = {
		.from = &path->bytes[path->start & (PATH_MAX - 1)],
		.length = path->length,
		.memory = PART_KERNEL,
	};
	struct event_header *header = (void *)frame->record;

	header->flags |= EVENT_UNREACHABLE * (path->unreachable & 1) | EVENT_RACY * (path->torn & 1);
	record_append(frame, reference, &part);
	reference->full_length = path->full_length;
	if (path->cut && reference->full_length <= reference->length)
		reference->full_length = reference->length + 1;
}

/* The first part of every record. It has always room, and no bytes for a task in no container. */
static __always_inline void record_append_container(struct frame *frame, struct event_header *header)
{
	const struct task_facts *facts = &frame->facts;
	__u64 length = facts->container_length;
	__u32 at = frame->size & RECORD_MASK;

	barrier_var(length);
	length &= CONTAINER_TEXT - 1;
	bpf_probe_read_kernel(&frame->record[at], length, facts->container.start.bytes + 1);
	header->container.offset = at;
	header->container.length = length;
	/* A text that fills all the room was cut. */
	header->container.full_length = length + (length == CONTAINER_NAME_MAX);
	frame->size = at + length;
}

/*
 * Starts a record of `size` fixed bytes: the header is filled from the frame, the rest is the
 * caller's. A function of its own, for the stack's sake.
 */
static __noinline void *record_begin(struct frame *frame, const struct scope_set *set, enum event_kind kind, __u32 size)
{
	struct event_header *header = (void *)frame->record;
	const struct event_ids *ids = &frame->ids;

	__builtin_memset(header, 0, sizeof(*header));
	header->kind = kind;
	header->time_ns = bpf_ktime_get_boot_ns();
	header->start_time_ns = frame->info.start_time_ns;
	header->parent_start_time_ns = ids->parent_start_time_ns;
	header->cgroup_id = bpf_get_current_cgroup_id();
	/* None for a lifecycle event that is only collected to keep track of the tree. */
	header->matched_scopes = frame->matched & set->events[kind];
	header->scopes_version = set->version;
	header->cpu = bpf_get_smp_processor_id();
	header->tgid = ids->tgid;
	header->tid = ids->tid;
	header->ppid = ids->ppid;
	header->uid = ids->uid;
	header->origin = frame->info.origin;
	if (frame->info.flags & PROC_NEW)
		header->flags |= EVENT_NEW_PROCESS;
	if (frame->info.flags & PROC_EXE_UNLINKED)
		header->flags |= EVENT_EXE_UNLINKED;
	header->flags |= frame->info.flags & (EVENT_RACY | EVENT_UNREACHABLE);
	bpf_get_current_comm(header->comm, sizeof(header->comm));
	frame->size = size;
	record_append_container(frame, header);
	return header;
}

static __always_inline void record_append_exe(struct frame *frame)
{
	struct event_header *header = (void *)frame->record;
	struct part part = {
		.from = frame->info.exe,
		.length = frame->info.exe_length,
		.memory = PART_KERNEL,
	};

	record_append_within(frame, &header->exe, &part, RECORD_MAX);
	header->exe.full_length = frame->info.exe_full_length;
}

#define record_end(frame, ring)                                                                                \
	do {                                                                                                   \
		struct event_header *__header = (void *)(frame)->record;                                      \
		__header->size = (frame)->size;                                                                \
		record_submit(&ring, __header, RECORD_MAX);                                                                \
	} while (0)

#endif
