#ifndef SPOOR_EVENTS_SYMLINK_H
#define SPOOR_EVENTS_SYMLINK_H

#include "name.h"

enum symlink_form { SYMLINK_PLAIN, SYMLINK_AT };

#define SYSCALLS_symlink(SYSCALL, kind)                                                                        \
	SYSCALL(kind, 88, 83, NONE, SYMLINK_PLAIN)                                                             \
	SYSCALL(kind, 266, 304, 36, SYMLINK_AT)

/* A symbolic link was made, or could not be. */
struct symlink_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	__u32 unused;
	/* the text that the link holds, as the caller gave it */
	struct var_bytes target;
	/* the name of the link as the caller gave it */
	struct var_bytes path;
	/*
	 * where a relative name starts, as the kernel has it; of an absolute one the root, if not the
	 * tracer's
	 */
	struct var_bytes directory;
};

static __always_inline bool fill_symlink(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct symlink_event *event = (void *)frame->record;
	bool at = call->form == SYMLINK_AT;
	struct part target = { .from = (void *)call->arguments[0], .memory = PART_USER };
	struct name name = {
		.from = (void *)call->arguments[at ? 2 : 1],
		.directory_fd = at ? call->arguments[1] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};

	event->result = call->result;
	record_append_string(frame, &event->target, &target);
	record_append_named(frame, task, &name);
	return true;
}

#endif
