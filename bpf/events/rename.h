#ifndef SPOOR_EVENTS_RENAME_H
#define SPOOR_EVENTS_RENAME_H

#include "name.h"

enum rename_form { RENAME_PLAIN, RENAME_AT, RENAME_AT2 };

#define SYSCALLS_rename(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 82, 38, NONE, RENAME_PLAIN)                                                              \
	SYSCALL(kind, 264, 302, 38, RENAME_AT)                                                                 \
	SYSCALL(kind, 316, 353, 276, RENAME_AT2)

/* A file was given another name, or could not be. */
struct rename_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* RENAME_ flags */
	__u32 flags;
	/* the names as the caller gave them */
	struct var_bytes path;
	struct var_bytes new_path;
	/*
	 * where relative names start, as the kernel has it; of absolute ones the root, if not the
	 * tracer's
	 */
	struct var_bytes directory;
	struct var_bytes new_directory;
};

static __always_inline bool fill_rename(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct rename_event *event = (void *)frame->record;
	bool at = call->form != RENAME_PLAIN;
	struct name from = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
		.commit = NAME_COMMITTED,
	};
	struct name to = {
		.from = (void *)call->arguments[at ? 3 : 1],
		.directory_fd = at ? call->arguments[2] : AT_FDCWD,
		.path = &event->new_path,
		.directory = &event->new_directory,
		.commit = NAME_SECOND,
	};

	event->result = call->result;
	event->flags = call->form == RENAME_AT2 ? call->arguments[4] : 0;
	/* Names first: when there is not room for all, it is a directory that is cut. */
	record_append_name(frame, &from);
	record_append_name(frame, &to);
	record_append_directory(frame, task, &from, name_is_absolute(frame, from.path));
	record_append_directory(frame, task, &to, name_is_absolute(frame, to.path));
	return true;
}

#endif
