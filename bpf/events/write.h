/* Files that a process wrote, reported when the kernel frees the open file. */
#ifndef SPOOR_EVENTS_WRITE_H
#define SPOOR_EVENTS_WRITE_H

#include "map_exec.h"
#include "open.h"
#include "ring_operation.h"

/* The place of the descriptor in the arguments. WRITE_NO_CALL: the call does not write. */
enum write_form { WRITE_NO_CALL = 0, WRITE_FIRST = 1, WRITE_THIRD = 2, WRITE_MAP = 3 };

/* write, writev, pwrite64, pwritev and pwritev2; sendfile, splice and copy_file_range; mmap */
#define SYSCALLS_write(SYSCALL, kind)                                                                          \
	SYSCALL(kind, 1, 4, 64, WRITE_FIRST)                                                                   \
	SYSCALL(kind, 20, 146, 66, WRITE_FIRST)                                                                \
	SYSCALL(kind, 516, NONE, NONE, WRITE_FIRST)                                                            \
	SYSCALL(kind, 18, 181, 68, WRITE_FIRST)                                                                \
	SYSCALL(kind, 296, 334, 70, WRITE_FIRST)                                                               \
	SYSCALL(kind, 535, NONE, NONE, WRITE_FIRST)                                                            \
	SYSCALL(kind, 328, 379, 287, WRITE_FIRST)                                                              \
	SYSCALL(kind, 547, NONE, NONE, WRITE_FIRST)                                                            \
	SYSCALL(kind, 40, 187, 71, WRITE_FIRST)                                                                \
	SYSCALL(kind, NONE, 239, NONE, WRITE_FIRST)                                                            \
	SYSCALL(kind, 275, 313, 76, WRITE_THIRD)                                                               \
	SYSCALL(kind, 326, 377, 285, WRITE_THIRD)                                                              \
	SYSCALL(kind, 9, 192, 222, WRITE_MAP)                                                                  \
	SYSCALL(kind, NONE, 90, NONE, WRITE_MAP | MAPPING_IN_MEMORY)

/* include/uapi/linux/io_uring.h: enum io_uring_op */
#define IORING_OP_WRITEV 2
#define IORING_OP_WRITE_FIXED 5
#define IORING_OP_WRITE 23
#define IORING_OP_SPLICE 30
#define IORING_OP_WRITEV_FIXED 61
#define RING_WRITES                                                                                            \
	(1ULL << IORING_OP_WRITEV | 1ULL << IORING_OP_WRITE_FIXED | 1ULL << IORING_OP_WRITE |                  \
	 1ULL << IORING_OP_SPLICE | 1ULL << IORING_OP_WRITEV_FIXED)

/* include/uapi/linux/stat.h, asm-generic/mman-common.h and mman.h, include/linux/fs.h */
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define PROT_WRITE 0x2
#define MAP_TYPE 0x0f
#define MAP_SHARED 0x01
#define MAP_SHARED_VALIDATE 0x03
#define FMODE_WRITE 0x2
#define FMODE_CREATED 0x100000

enum file_change { FILE_UNCHANGED = 0, FILE_CHANGED = 1, FILE_MAY_HAVE_CHANGED = 2 };

/*
 * A file was written through one open file description, which has ended. The record is begun by the
 * first call that writes. What can change later has a member of its own: other CPUs add to it.
 */
struct write_event {
	struct event_header header;
	__u64 written_bytes;
	__u64 inode;
	__u32 device;
	/* calls and operations of rings that wrote, or failed to */
	__u32 calls;
	/* of the last call that wrote or failed: 0, or -errno */
	__s32 result;
	enum file_change changed;
	/* 1 if the open created the file */
	__u8 created;
	/* 1 if it was mapped, shared and writable */
	__u8 mapped;
	/* 1 for each of these flags that a later call adds: EVENT_RACY, EVENT_VIA_IO_URING */
	__u8 racy;
	__u8 via_ring;
	__u32 unused;
	/* of the file, when it was first written */
	struct var_bytes path;
};

/* Returns whether the file is one whose writes are reported, and opened for writing. */
static __always_inline bool file_is_written(struct file *file)
{
	__u32 type;

	if (!file || !(BPF_CORE_READ(file, f_mode) & FMODE_WRITE))
		return false;
	type = BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT;
	return type == S_IFREG || type == S_IFBLK;
}

/* Returns whether a call of mmap() lets the caller write to the file through its memory. */
static __always_inline bool maps_for_writing(const struct syscall *call)
{
	__u64 type = call->arguments[3] & MAP_TYPE;

	return call->result >= 0 && call->arguments[2] & PROT_WRITE && !(call->arguments[3] & MAP_ANONYMOUS) &&
	       (type == MAP_SHARED || type == MAP_SHARED_VALIDATE);
}

/* Takes what one more call did into a record, which other CPUs may change at the same time. */
static __always_inline void write_add(struct write_event *event, const struct writing *writing)
{
	__sync_fetch_and_add(&event->written_bytes, writing->bytes);
	__sync_fetch_and_add(&event->calls, writing->calls);
	if (writing->calls)
		event->result = writing->result;
	if (writing->mapped)
		event->mapped = 1;
	if (writing->racy)
		event->racy = 1;
	if (writing->via_ring)
		event->via_ring = 1;
}

/* Fills a record that is begun. A function of its own, for the stack's sake. */
static __noinline int write_fill(struct frame *frame, const struct writing *writing)
{
	struct write_event *event = (void *)frame->record;
	struct file *file = (void *)writing->file;

	event->written_bytes = writing->bytes;
	event->calls = writing->calls;
	event->result = writing->result;
	event->mapped = writing->mapped;
	event->racy = writing->racy;
	event->via_ring = writing->via_ring;
	event->created = BPF_CORE_READ(file, f_mode) & FMODE_CREATED || BPF_CORE_READ(file, f_flags) & O_TMPFILE_BIT;
	event_store_number(event, file);
	record_append_file(frame, file, &event->path);
	record_append_exe(frame);
	part_cut_to_keep(&event->path);
	part_cut_to_keep(&event->header.exe);
	return 0;
}

/* Of a record that is taken: what only the end says. */
static __always_inline void write_store_end(struct write_event *event)
{
	event->header.flags |= EVENT_RACY * (event->racy & 1) | EVENT_VIA_IO_URING * (event->via_ring & 1);
	event->changed = FILE_UNCHANGED;
	if (event->mapped)
		event->changed = FILE_MAY_HAVE_CHANGED;
	if (event->written_bytes)
		event->changed = FILE_CHANGED;
}

#endif
