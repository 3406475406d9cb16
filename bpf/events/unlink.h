#ifndef SPOOR_EVENTS_UNLINK_H
#define SPOOR_EVENTS_UNLINK_H

#include "name.h"

enum unlink_form { UNLINK_FILE, UNLINK_DIRECTORY, UNLINK_AT };

#define SYSCALLS_unlink(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 87, 10, NONE, UNLINK_FILE)                                                               \
	SYSCALL(kind, 84, 40, NONE, UNLINK_DIRECTORY)                                                          \
	SYSCALL(kind, 263, 301, 35, UNLINK_AT)

/* A name of a file, or an empty directory, was removed, or could not be. */
struct unlink_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* AT_ flags: AT_REMOVEDIR for a directory */
	__u32 flags;
	/* the name as the caller gave it: what it named is gone */
	struct var_bytes path;
	/*
	 * where a relative name starts, as the kernel has it; of an absolute one the root, if not the
	 * tracer's
	 */
	struct var_bytes directory;
};

static __always_inline bool fill_unlink(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct unlink_event *event = (void *)frame->record;
	bool at = call->form == UNLINK_AT;
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
		.commit = NAME_COMMITTED,
	};

	event->result = call->result;
	event->flags = at ? call->arguments[2] : call->form == UNLINK_DIRECTORY ? AT_REMOVEDIR : 0;
	record_append_named(frame, task, &name);
	return true;
}

#endif
