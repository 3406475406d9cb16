#ifndef SPOOR_EVENTS_SETXATTR_H
#define SPOOR_EVENTS_SETXATTR_H

#include "given_file.h"
#include "name.h"

enum xattr_call {
	XATTR_SETXATTR = 0,
	XATTR_LSETXATTR = 1,
	XATTR_FSETXATTR = 2,
	XATTR_SETXATTRAT = 3,
	XATTR_REMOVEXATTR = 4,
	XATTR_LREMOVEXATTR = 5,
	XATTR_FREMOVEXATTR = 6,
	XATTR_REMOVEXATTRAT = 7,
};

/* The calls that remove, as a bit of their numbers. What is left is the way to the file. */
#define XATTR_REMOVES 4

#define SYSCALLS_setxattr(SYSCALL, kind)                                                                       \
	SYSCALL(kind, 188, 226, 5, XATTR_SETXATTR)                                                             \
	SYSCALL(kind, 189, 227, 6, XATTR_LSETXATTR)                                                            \
	SYSCALL(kind, 190, 228, 7, XATTR_FSETXATTR)                                                            \
	SYSCALL(kind, 463, 463, 463, XATTR_SETXATTRAT)                                                         \
	SYSCALL(kind, 197, 235, 14, XATTR_REMOVEXATTR)                                                         \
	SYSCALL(kind, 198, 236, 15, XATTR_LREMOVEXATTR)                                                        \
	SYSCALL(kind, 199, 237, 16, XATTR_FREMOVEXATTR)                                                        \
	SYSCALL(kind, 466, 466, 466, XATTR_REMOVEXATTRAT)

/* include/uapi/linux/xattr.h: the value of setxattrat(), since 6.13. */
struct xattr_args {
	__u64 value;
	__u32 size;
	__u32 flags;
};

/* An attribute of a file was set or removed, or could not be. */
struct setxattr_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	enum xattr_call call;
	/* bytes of the value that is set */
	__u64 value_size;
	/* AT_ flags; AT_SYMLINK_NOFOLLOW of the calls for links too */
	__u32 flags;
	/* XATTR_ flags of the calls that set */
	__u32 xattr_flags;
	/* of a file that was given by its descriptor, else 0 */
	__u64 inode;
	__u32 device;
	__u32 unused;
	/* the name of the attribute as the caller gave it */
	struct var_bytes attribute;
	/*
	 * by descriptor: the file as the kernel has it; by name: the name as the caller gave it
	 * (EVENT_USER_MEMORY)
	 */
	struct var_bytes path;
	/*
	 * of a relative name: where it starts, as the kernel has it; of an empty name the file itself
	 */
	struct var_bytes directory;
};

/* The size and the flags of a value that is set. */
static __noinline int setxattr_store_value(struct setxattr_event *event, const struct syscall *call)
{
	struct xattr_args given = {};

	if (call->form == XATTR_SETXATTRAT) {
		bpf_probe_read_user(&given, sizeof(given), (void *)call->arguments[4]);
		event->value_size = given.size;
		event->xattr_flags = given.flags;
	} else {
		event->value_size = call->arguments[3];
		event->xattr_flags = call->arguments[4];
	}
	return 0;
}

static __always_inline bool fill_setxattr(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct setxattr_event *event = (void *)frame->record;
	__u32 way = call->form & ~XATTR_REMOVES;
	bool at = way == XATTR_SETXATTRAT;
	struct part attribute = { .from = (void *)call->arguments[at ? 3 : 1], .memory = PART_USER };
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	struct file_fields file = { .path = &event->path, .inode = &event->inode, .device = &event->device };

	event->result = call->result;
	event->call = call->form;
	event->flags = at ? call->arguments[2] : way == XATTR_LSETXATTR ? AT_SYMLINK_NOFOLLOW : 0;
	event->header.flags |= EVENT_USER_MEMORY;
	if (!(call->form & XATTR_REMOVES))
		setxattr_store_value(event, call);
	record_append_string(frame, &event->attribute, &attribute);
	if (way == XATTR_FSETXATTR)
		record_append_given_file(frame, task, call, &file);
	else
		record_append_named(frame, task, &name);
	return true;
}

#endif
