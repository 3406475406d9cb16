#ifndef SPOOR_EVENTS_MKDIR_H
#define SPOOR_EVENTS_MKDIR_H

#include "name.h"

enum mkdir_form { MKDIR_PLAIN, MKDIR_AT };

#define SYSCALLS_mkdir(SYSCALL, kind)                                                                          \
	SYSCALL(kind, 83, 39, NONE, MKDIR_PLAIN)                                                               \
	SYSCALL(kind, 258, 296, 34, MKDIR_AT)

/* A directory was made, or could not be. */
struct mkdir_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* as asked for: the umask has yet to be taken off */
	__u32 mode;
	/* the name as the caller gave it */
	struct var_bytes path;
	/*
	 * where a relative name starts, as the kernel has it; of an absolute one the root, if not the
	 * tracer's
	 */
	struct var_bytes directory;
};

static __always_inline bool fill_mkdir(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct mkdir_event *event = (void *)frame->record;
	bool at = call->form == MKDIR_AT;
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
		.commit = NAME_COMMITTED,
	};

	event->result = call->result;
	event->mode = (__u16)call->arguments[at ? 2 : 1];
	record_append_named(frame, task, &name);
	return true;
}

#endif
