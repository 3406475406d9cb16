#ifndef SPOOR_EVENTS_TRUNCATE_H
#define SPOOR_EVENTS_TRUNCATE_H

#include "given_file.h"
#include "name.h"

/* By the place of the length: a 64-bit number, a signed one of 32 bits, or two halves. */
enum truncate_form { TRUNCATE_NAME, TRUNCATE_FD, TRUNCATE_SHORT = 0x10, TRUNCATE_HALVES = 0x20 };

#define SYSCALLS_truncate(SYSCALL, kind)                                                                       \
	SYSCALL(kind, 76, NONE, 45, TRUNCATE_NAME)                                                             \
	SYSCALL(kind, 77, NONE, 46, TRUNCATE_FD)                                                               \
	SYSCALL(kind, NONE, 92, NONE, TRUNCATE_NAME | TRUNCATE_SHORT)                                          \
	SYSCALL(kind, NONE, 93, NONE, TRUNCATE_FD | TRUNCATE_SHORT)                                            \
	SYSCALL(kind, NONE, 193, NONE, TRUNCATE_NAME | TRUNCATE_HALVES)                                        \
	SYSCALL(kind, NONE, 194, NONE, TRUNCATE_FD | TRUNCATE_HALVES)

/* The length of a file was set, or could not be. */
struct truncate_event {
	struct event_header header;
	/* as asked for, in bytes */
	__s64 length;
	/* 0, or -errno */
	__s32 result;
	/* of a file that was given by its descriptor, else 0 */
	__u32 device;
	__u64 inode;
	/*
	 * by descriptor: the file as the kernel has it; by name: the name as the caller gave it
	 * (EVENT_USER_MEMORY)
	 */
	struct var_bytes path;
	/* where a relative name starts, as the kernel has it */
	struct var_bytes directory;
};

static __always_inline __s64 length_of_call(const struct syscall *call)
{
	if (call->form & TRUNCATE_SHORT)
		return (__s32)call->arguments[1];
	if (call->form & TRUNCATE_HALVES)
		return call->arguments[1] | call->arguments[2] << 32;
	return call->arguments[1];
}

static __always_inline bool fill_truncate(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct truncate_event *event = (void *)frame->record;
	struct name name = {
		.from = (void *)call->arguments[0],
		.directory_fd = AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	struct file_fields file = { .path = &event->path, .inode = &event->inode, .device = &event->device };

	event->result = call->result;
	event->length = length_of_call(call);
	if (call->form & TRUNCATE_FD)
		record_append_given_file(frame, task, call, &file);
	else
		record_append_named(frame, task, &name);
	return true;
}

#endif
