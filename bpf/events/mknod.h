#ifndef SPOOR_EVENTS_MKNOD_H
#define SPOOR_EVENTS_MKNOD_H

#include "name.h"

enum mknod_form { MKNOD_PLAIN, MKNOD_AT };

#define SYSCALLS_mknod(SYSCALL, kind)                                                                          \
	SYSCALL(kind, 133, 14, NONE, MKNOD_PLAIN)                                                              \
	SYSCALL(kind, 259, 297, 33, MKNOD_AT)

/* include/uapi/linux/stat.h: types of files, above the permissions. */
#define FILE_TYPE_CHARACTER 2
#define FILE_TYPE_BLOCK 6
#define FILE_TYPE_REGULAR 8

/* A device, a pipe, a socket file or an empty file was made, or could not be. */
struct mknod_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* of the file, as the upper bits of st_mode */
	__u32 type;
	/* as asked for: the umask has yet to be taken off */
	__u32 mode;
	/* of a character or block device: major << 20 | minor; else 0 */
	__u32 device_number;
	/* the name as the caller gave it */
	struct var_bytes path;
	/*
	 * where a relative name starts, as the kernel has it; of an absolute one the root, if not the
	 * tracer's
	 */
	struct var_bytes directory;
};

/* The number of a device as user space writes it: include/linux/kdev_t.h, new_decode_dev(). */
static __always_inline __u32 device_of_user(__u32 device)
{
	return (device & 0xfff00) << 12 | (device & 0xff) | (device >> 12 & 0xfff00);
}

static __always_inline bool fill_mknod(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct mknod_event *event = (void *)frame->record;
	bool at = call->form == MKNOD_AT;
	__u32 mode = (__u16)call->arguments[at ? 2 : 1];
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};

	event->result = call->result;
	/* A file without a type is a regular file. */
	event->type = mode & S_IFMT ? mode >> FILE_TYPE_SHIFT : FILE_TYPE_REGULAR;
	event->mode = mode & ~S_IFMT;
	if (event->type == FILE_TYPE_CHARACTER || event->type == FILE_TYPE_BLOCK)
		event->device_number = device_of_user(call->arguments[at ? 3 : 2]);
	record_append_named(frame, task, &name);
	return true;
}

#endif
