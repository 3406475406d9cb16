#ifndef SPOOR_EVENTS_CHMOD_H
#define SPOOR_EVENTS_CHMOD_H

#include "given_file.h"
#include "name.h"

enum chmod_form { CHMOD_NAME, CHMOD_FD, CHMOD_AT, CHMOD_AT2 };

#define SYSCALLS_chmod(SYSCALL, kind)                                                                          \
	SYSCALL(kind, 90, 15, NONE, CHMOD_NAME)                                                                \
	SYSCALL(kind, 91, 94, 52, CHMOD_FD)                                                                    \
	SYSCALL(kind, 268, 306, 53, CHMOD_AT)                                                                  \
	SYSCALL(kind, 452, 452, 452, CHMOD_AT2)

/* The permissions of a file were changed, or could not be. */
struct chmod_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* as asked for */
	__u32 mode;
	/* AT_ flags */
	__u32 flags;
	/* of a file that was given by its descriptor, else 0 */
	__u32 device;
	__u64 inode;
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

static __always_inline bool fill_chmod(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct chmod_event *event = (void *)frame->record;
	bool at = call->form == CHMOD_AT || call->form == CHMOD_AT2;
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	struct file_fields file = { .path = &event->path, .inode = &event->inode, .device = &event->device };

	event->result = call->result;
	event->mode = (__u16)call->arguments[at ? 2 : 1];
	event->flags = call->form == CHMOD_AT2 ? call->arguments[3] : 0;
	if (call->form != CHMOD_FD) {
		record_append_named(frame, task, &name);
		return true;
	}
	record_append_given_file(frame, task, call, &file);
	return true;
}

#endif
