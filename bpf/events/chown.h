#ifndef SPOOR_EVENTS_CHOWN_H
#define SPOOR_EVENTS_CHOWN_H

#include "ids.h"
#include "given_file.h"
#include "name.h"

enum chown_form { CHOWN_NAME, CHOWN_LINK, CHOWN_FD, CHOWN_AT, CHOWN_16 = 0x10 };

#define SYSCALLS_chown(SYSCALL, kind)                                                                          \
	SYSCALL(kind, 92, 212, NONE, CHOWN_NAME)                                                               \
	SYSCALL(kind, 94, 198, NONE, CHOWN_LINK)                                                               \
	SYSCALL(kind, 93, 207, 55, CHOWN_FD)                                                                   \
	SYSCALL(kind, 260, 298, 54, CHOWN_AT)                                                                  \
	SYSCALL(kind, NONE, 182, NONE, CHOWN_NAME | CHOWN_16)                                                  \
	SYSCALL(kind, NONE, 16, NONE, CHOWN_LINK | CHOWN_16)                                                   \
	SYSCALL(kind, NONE, 95, NONE, CHOWN_FD | CHOWN_16)

/* The owner or the group of a file was changed, or could not be. */
struct chown_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* as asked for, in the caller's user namespace; 2^32 - 1 for no change */
	__u32 owner;
	__u32 group;
	/* AT_ flags; AT_SYMLINK_NOFOLLOW of lchown() too */
	__u32 flags;
	/* of a file that was given by its descriptor, else 0 */
	__u64 inode;
	__u32 device;
	__u32 unused;
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

static __always_inline bool fill_chown(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct chown_event *event = (void *)frame->record;
	bool short_ids = call->form & CHOWN_16;
	__u32 form = call->form & ~CHOWN_16;
	bool at = form == CHOWN_AT;
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	struct file_fields file = { .path = &event->path, .inode = &event->inode, .device = &event->device };

	event->result = call->result;
	event->owner = id_argument(call->arguments[at ? 2 : 1], short_ids);
	event->group = id_argument(call->arguments[at ? 3 : 2], short_ids);
	event->flags = at ? call->arguments[4] : form == CHOWN_LINK ? AT_SYMLINK_NOFOLLOW : 0;
	if (form != CHOWN_FD) {
		record_append_named(frame, task, &name);
		return true;
	}
	record_append_given_file(frame, task, call, &file);
	return true;
}

#endif
