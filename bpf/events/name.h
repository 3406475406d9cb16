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
	/* `from` is the kernel's own copy */
	bool in_kernel;
	/* what a relative name starts from: a descriptor, or AT_FDCWD */
	__s32 directory_fd;
	struct var_bytes *path;
	struct var_bytes *directory;
};

/* Stores the device and the inode of an open file in an event. */
#define event_store_number(event, file)                                                                        \
	do {                                                                                                   \
		struct inode *__inode = BPF_CORE_READ(file, f_inode);                                          \
		struct file_number __number = number_of_inode(__inode);                                        \
		(event)->inode = __number.inode;                                                               \
		(event)->device = __number.device;                                                             \
	} while (0)

/* Of an open file: the path by which it was opened, as it is now. */
static __always_inline void record_append_file(struct frame *frame, struct file *file, struct var_bytes *path)
{
	path_of(&frame->path, (unsigned long)file + bpf_core_field_offset(struct file, f_path));
	record_append_path(frame, path);
}

/*
 * Returns whether the task looks files up from another root than the tracer. The root of a mount namespace is the root of a mount
 * that covers the root of its parent, if it has a parent.
 */
static __always_inline bool has_other_root(struct task_struct *task)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct vfsmount *vfsmount = BPF_CORE_READ(fs, root.mnt);
	struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

	if (own_mount_namespace && BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) != own_mount_namespace)
		return true;
	if (BPF_CORE_READ(fs, root.dentry) != BPF_CORE_READ(mount, mnt.mnt_root))
		return true;
	return parent != mount && BPF_CORE_READ(mount, mnt_mountpoint) != BPF_CORE_READ(parent, mnt.mnt_root);
}

/*
 * The directory that a name starts from, as the kernel has it. Of an absolute name it is the root of the process, and only
 * when that is not the tracer's. Nothing when the descriptor of the directory is not open.
 */
static __noinline int record_append_directory(struct frame *frame, struct task_struct *task, const struct name *name,
					      bool absolute)
{
	struct event_header *header = (void *)frame->record;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	unsigned long from = (unsigned long)fs + bpf_core_field_offset(struct fs_struct, pwd);
	bool other_root = has_other_root(task);
	struct file *file;

	__builtin_memset(name->directory, 0, sizeof(*name->directory));
	if (other_root)
		header->flags |= EVENT_OTHER_ROOT;
	record_flag_racy(frame);
	if (absolute) {
		if (!other_root)
			return 0;
		from = (unsigned long)fs + bpf_core_field_offset(struct fs_struct, root);
	} else if (name->directory_fd != AT_FDCWD) {
		file = file_of_fd(task, name->directory_fd);
		if (!file)
			return 0;
		from = (unsigned long)file + bpf_core_field_offset(struct file, f_path);
	}
	path_of(&frame->path, from);
	record_append_path(frame, name->directory);
	return 0;
}

static __always_inline bool name_is_absolute(const struct frame *frame, const struct var_bytes *path)
{
	return path->length && frame->record[path->offset & RECORD_MASK] == '/';
}

static __always_inline void record_append_name(struct frame *frame, const struct name *name)
{
	struct event_header *header = (void *)frame->record;
	struct part part = { .from = name->from, .memory = name->in_kernel ? PART_KERNEL : PART_USER };

	if (!name->in_kernel)
		header->flags |= EVENT_USER_MEMORY;
	record_append_string(frame, name->path, &part);
}

/* The name, then its directory. */
static __always_inline void record_append_named(struct frame *frame, struct task_struct *task,
						const struct name *name)
{
	record_append_name(frame, name);
	record_append_directory(frame, task, name, name_is_absolute(frame, name->path));
}

/*
 * The directory, a slash, then the name: one text, for a condition to judge. A name that another thread made absolute, or
 * relative, between two looks at it loses its directory.
 */
static __always_inline void record_append_joined(struct frame *frame, struct task_struct *task,
						 const struct name *name)
{
	struct part part = { .from = name->from, .memory = name->in_kernel ? PART_KERNEL : PART_USER };
	bool absolute = part_byte(&part, 0) == '/';

	record_append_directory(frame, task, name, absolute);
	if (name->directory->length) {
		frame->record[frame->size & RECORD_MASK] = '/';
		frame->size++;
	}
	record_append_name(frame, name);
	if (name_is_absolute(frame, name->path) != absolute)
		__builtin_memset(name->directory, 0, sizeof(*name->directory));
}

#endif
