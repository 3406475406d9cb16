/* The objects of a call: kept by a hook inside the call, or else read when the call returns. */
#ifndef SPOOR_EVENTS_CALL_OBJECTS_H
#define SPOOR_EVENTS_CALL_OBJECTS_H

#include "../lib/syscalls.h"
#include "record.h"

/* include/uapi/asm-generic/errno-base.h, errno.h: the call did not come as far as a hook. */
#define EBADF 9
#define ENOTSOCK 88

/* Returns whether a hook has kept the objects of the call, for one of these events (1 << kind). */
static __always_inline bool has_committed(const struct frame *frame, __u64 kinds)
{
	return (committed_events & kinds) && frame->committed.started_ns;
}

#define SOCKET_KINDS (1ULL << EVENT_CONNECT | 1ULL << EVENT_BIND | 1ULL << EVENT_LISTEN | 1ULL << EVENT_ACCEPT)

/*
 * Returns whether another task shares a table with the current one, or did before it ended.
 * The frame has the words of the process.
 */
static __always_inline int tables_were_shared(const struct frame *frame)
{
	return tables_are_shared() | frame->words.shared;
}

/*
 * Flags the record when another task can have changed the descriptors or the directories that it is
 * read through.
 */
static __always_inline void record_flag_racy(struct frame *frame)
{
	struct event_header *header = (void *)frame->record;

	/* Not a branch: the verifier would walk what follows twice. */
	header->flags |= EVENT_RACY * (tables_were_shared(frame) & 1);
}

/*
 * Returns the file of a descriptor that a call used or made, or NULL when the descriptor is not
 * open any more.
 */
static __always_inline struct file *file_of_call(struct frame *frame, struct task_struct *task, __u32 fd)
{
	record_flag_racy(frame);
	return file_of_fd(task, fd);
}

/*
 * Returns the address of the socket that the first argument of a call named, or 0 when that is not
 * a socket.
 */
static __noinline unsigned long socket_of_call(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	const struct committed *kept = &frame->committed;
	struct sock *sock = (void *)kept->socket;

	if (has_committed(frame, SOCKET_KINDS) && call->result != -EBADF && call->result != -ENOTSOCK && inode_of_sock(sock) == kept->file.inode)
		return (unsigned long)sock;
	return (unsigned long)sock_of_file(file_of_call(frame, task, call->arguments[0]));
}

static __always_inline struct sock *sock_of_call(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	return (void *)socket_of_call(frame, task, call);
}

/* Returns whether the kept file belongs to this descriptor. */
static __always_inline bool has_committed_fd(const struct frame *frame, enum event_kind kind, __u32 fd)
{
	return has_committed(frame, 1ULL << kind) && frame->committed.fd == fd;
}

/*
 * Appends the path of a kept file or directory. False when the kernel has let go of its name since.
 */
static __always_inline bool record_append_committed(struct frame *frame, const struct committed_file *kept,
						    struct var_bytes *path)
{
	struct dentry *dentry = (void *)kept->path[1];
	volatile __u64 *address = &frame->committed_path;

	if (!dentry || (unsigned long)BPF_CORE_READ(dentry, d_inode) != kept->inode_address ||
	    BPF_CORE_READ(dentry, d_inode, i_ino) != kept->inode)
		return false;
	/* Through memory, which makes a number of the pointer for the verifier. */
	*address = (unsigned long)kept->path;
	path_of(&frame->path, *address);
	record_append_path(frame, path);
	return true;
}

/* Stores the device and the inode of an open file in an event. */
#define event_store_number(event, file) event_store_inode(event, BPF_CORE_READ(file, f_inode))

/* Stores the device and the number of an inode in an event. */
#define event_store_inode(event, from)                                                                         \
	do {                                                                                                   \
		struct inode *__inode = (void *)(from);                                                        \
		struct file_number __number = number_of_inode(__inode);                                        \
		(event)->inode = __number.inode;                                                               \
		(event)->device = __number.device;                                                             \
	} while (0)

/* Of an open file: the path by which it was opened, as it is now. */
static __always_inline void record_append_file(struct frame *frame, struct file *file, struct var_bytes *path)
{
	path_of(&frame->path, (unsigned long)file + bpf_core_field_offset(struct file, f_path));
	record_append_path(frame, path);
}

#endif
