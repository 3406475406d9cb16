/*
 * Names of files that a call was given, of calls that leave no object behind to ask: what was removed, renamed or
 * changed by name. A name is the caller's own memory, read when the call returns (EVENT_USER_MEMORY): a thread that
 * rewrites it meanwhile shows us another. Symbolic links in it are not resolved. The directory that a relative name
 * starts from is the kernel's.
 *
 * Nothing stronger is hooked: no tracepoint of the kernel is told these files. Where BPF LSM or fentry programs load,
 * security_path_unlink and its kin are, with the dentry in hand.
 */
#ifndef SPOOR_EVENTS_NAME_H
#define SPOOR_EVENTS_NAME_H

#include "../lib/fd.h"
#include "../lib/syscalls.h"
#include "record.h"

/* include/uapi/linux/fcntl.h */
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200

struct name {
	const void *from;
	/* what a relative name starts from: a descriptor, or AT_FDCWD */
	__s32 directory_fd;
	struct var_bytes *path;
	struct var_bytes *directory;
};

/* Of an open file: the path by which it was opened, as it is now. */
static __always_inline void record_append_file(struct frame *frame, struct file *file, struct var_bytes *path)
{
	path_of(&frame->path, (unsigned long)file + bpf_core_field_offset(struct file, f_path));
	record_append_path(frame, path);
}

/* The directory that a name starts from: nothing when the name is absolute, or when the descriptor is none. */
static __noinline int record_append_directory(struct frame *frame, struct task_struct *task, const struct name *name)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct file *file;

	__builtin_memset(name->directory, 0, sizeof(*name->directory));
	if (name->path->length && frame->record[name->path->offset & RECORD_MASK] == '/')
		return 0;
	if (name->directory_fd == AT_FDCWD) {
		path_of(&frame->path, (unsigned long)fs + bpf_core_field_offset(struct fs_struct, pwd));
		record_append_path(frame, name->directory);
		return 0;
	}
	file = file_of_fd(task, name->directory_fd);
	if (file)
		record_append_file(frame, file, name->directory);
	return 0;
}

static __always_inline void record_append_name(struct frame *frame, const struct name *name)
{
	struct event_header *header = (void *)frame->record;
	struct part part = { .from = name->from, .memory = PART_USER };

	header->flags |= EVENT_USER_MEMORY;
	record_append_string(frame, name->path, &part);
}

/* The name, then its directory. */
static __always_inline void record_append_named(struct frame *frame, struct task_struct *task,
						const struct name *name)
{
	record_append_name(frame, name);
	record_append_directory(frame, task, name);
}

#endif
