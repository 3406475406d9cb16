/*
 * Names of files that a call was given, of calls that leave no object behind to ask: what was
 * removed, renamed or changed by name. A name is the caller's own memory, read when the call
 * returns (EVENT_USER_MEMORY): a thread that rewrites it meanwhile shows us another. Symbolic links
 * in it are not resolved. The directory that a relative name starts from is the kernel's. A task
 * that shares the directory can change it before the return: hooks prove it where the kernel has
 * them (programs/committed.h), else it is flagged (EVENT_RACY).
 */
#ifndef SPOOR_EVENTS_NAME_H
#define SPOOR_EVENTS_NAME_H

#include "../lib/fd.h"
#include "../lib/syscalls.h"
#include "call_objects.h"

/* include/uapi/linux/fcntl.h */
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200

struct name {
	const void *from;
	/* `from` is the kernel's own copy */
	bool in_kernel;
	/* the directory is the root, also of an absolute name (RESOLVE_IN_ROOT) */
	bool in_root;
	/* what a relative name starts from: a descriptor, or AT_FDCWD */
	__s32 directory_fd;
	struct var_bytes *path;
	struct var_bytes *directory;
	/* a hook may have kept the directory: as that of the call's name, or of its second name */
	enum name_commit { NAME_NOT_COMMITTED, NAME_COMMITTED, NAME_SECOND } commit;
};

/*
 * Returns whether the task looks files up from another root than the tracer. The root of a mount
 * namespace is the root of a mount that covers the root of its parent, if it has a parent.
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

#define NAME_KINDS (1ULL << EVENT_MKDIR | 1ULL << EVENT_UNLINK | 1ULL << EVENT_RENAME)

/*
 * Appends the directory that a hook kept, if the name starts there. It does if the name has no
 * slash, so that it is as long as the kernel's name of the file.
 */
static __noinline int record_append_kept_directory(struct frame *frame, const struct name *name)
{
	const struct committed *committed = &frame->committed;
	const struct committed_file *kept = name->commit == NAME_SECOND ? &committed->second : &committed->file;
	const struct var_bytes *path = name->path;

	if (!has_committed(frame, NAME_KINDS) || path->length != kept->name_length || path->full_length != path->length)
		return false;
	return record_append_committed(frame, kept, name->directory);
}

/*
 * The directory that a name starts from, as the kernel has it. Of an absolute name it is the root
 * of the process, and only when that is not the tracer's. Nothing when the descriptor of the
 * directory is not open.
 */
static __noinline int record_append_directory(struct frame *frame, struct task_struct *task, const struct name *name,
					      bool absolute)
{
	struct event_header *header = (void *)frame->record;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	unsigned long from = (unsigned long)fs + bpf_core_field_offset(struct fs_struct, pwd);
	bool other_root = has_other_root(task) | name->in_root;
	struct file *file;

	__builtin_memset(name->directory, 0, sizeof(*name->directory));
	if (other_root)
		header->flags |= EVENT_OTHER_ROOT;
	if (name->commit && !absolute && record_append_kept_directory(frame, name))
		return 0;
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
 * The directory, a slash, then the name: one text, for a condition to judge. A name that another
 * thread made absolute, or relative, between two looks at it loses its directory.
 */
static __always_inline void record_append_joined(struct frame *frame, struct task_struct *task,
						 const struct name *name)
{
	struct part part = { .from = name->from, .memory = name->in_kernel ? PART_KERNEL : PART_USER };
	bool absolute = (part_byte(&part, 0) == '/') & !name->in_root;

	record_append_directory(frame, task, name, absolute);
	if (name->directory->length) {
		frame->record[frame->size & RECORD_MASK] = '/';
		frame->size++;
	}
	record_append_name(frame, name);
	if (!name->in_root && name_is_absolute(frame, name->path) != absolute)
		__builtin_memset(name->directory, 0, sizeof(*name->directory));
}

#endif
