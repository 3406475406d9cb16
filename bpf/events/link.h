#ifndef SPOOR_EVENTS_LINK_H
#define SPOOR_EVENTS_LINK_H

#include "../lib/decimal.h"
#include "name.h"

enum link_form { LINK_PLAIN, LINK_AT };

#define SYSCALLS_link(SYSCALL, kind)                                                                           \
	SYSCALL(kind, 86, 9, NONE, LINK_PLAIN)                                                                 \
	SYSCALL(kind, 265, 303, 37, LINK_AT)

/* include/uapi/linux/fcntl.h */
#define AT_SYMLINK_FOLLOW 0x400
#define AT_EMPTY_PATH 0x1000

/*
 * A file was given one more name, or could not be. A file that was opened with O_TMPFILE gets its
 * first name so.
 */
struct link_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* AT_ flags */
	__u32 flags;
	/* of a file that was given by its descriptor, also through /proc/self/fd; else 0 */
	__u64 inode;
	__u32 device;
	__u32 unused;
	/* the names as the caller gave them */
	struct var_bytes path;
	struct var_bytes new_path;
	/*
	 * where relative names start, as the kernel has it; of an empty name the file itself; of
	 * absolute ones as in other events
	 */
	struct var_bytes directory;
	struct var_bytes new_directory;
};

/* Returns the descriptor in a name `/proc/self/fd/N`, or -1. */
static __noinline int descriptor_of_name(const char *name)
{
	__u64 head[3] = {}, tail;
	struct decimal number;

	bpf_probe_read_user_str(head, sizeof(head), name);
	if (head[0] != WORD8('/', 'p', 'r', 'o', 'c', '/', 's', 'e') || head[1] << 16 != WORD8(0, 0, 'l', 'f', '/', 'f', 'd', '/'))
		return -1;
	tail = head[1] >> 48 | head[2] << 16;
	number = decimal_at(tail);
	/* The name ends behind the digits. */
	return number.digits && !(tail >> 8 * (number.digits & 7) & 0xff) ? (int)number.value : -1;
}

static __always_inline bool fill_link(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct link_event *event = (void *)frame->record;
	bool at = call->form == LINK_AT;
	struct name from = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	struct name to = {
		.from = (void *)call->arguments[at ? 3 : 1],
		.directory_fd = at ? call->arguments[2] : AT_FDCWD,
		.path = &event->new_path,
		.directory = &event->new_directory,
	};
	struct file *file = NULL;
	int fd = -1;

	event->result = call->result;
	event->flags = at ? call->arguments[4] : 0;
	/* Names first: when there is not room for all, it is a directory that is cut. */
	record_append_name(frame, &from);
	record_append_name(frame, &to);
	record_append_directory(frame, task, &from, name_is_absolute(frame, from.path));
	record_append_directory(frame, task, &to, name_is_absolute(frame, to.path));
	if (!event->path.full_length && event->flags & AT_EMPTY_PATH)
		fd = from.directory_fd;
	else if (event->flags & AT_SYMLINK_FOLLOW)
		fd = descriptor_of_name(from.from);
	if (fd >= 0)
		file = file_of_call(frame, task, fd);
	if (file)
		event_store_number(event, file);
	return true;
}

#endif
