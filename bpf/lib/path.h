/*
 * The path of an open file, from the kernel's own dentries and mounts. bpf_d_path is not allowed where we are, so
 * the walk is ours: bounded, from the leaf up, across mounts, to the root of the mount tree that the file is in.
 *
 * What it gives: the path inside the file's mount namespace, whatever root directory its process has: a chroot
 * does not shorten it. Deleted files keep their last name and set `unlinked`. A memfd is `/memfd:NAME`. Pipes, sockets
 * and other files without a name in a tree give their kernel name (`/` for none). A walk that meets more names
 * or bytes than it takes keeps the nearest and sets `cut`.
 */
#ifndef SPOOR_LIB_PATH_H
#define SPOOR_LIB_PATH_H

#include "read.h"
#include "scratch.h"
#include "stats.h"

/*
 * Names and mount crossings of one walk. With bpf_loop (5.17) the verifier reads the body once and the walk takes as
 * many as a path can have. Verifiers before 5.13 refuse a program in which a callback is so much as mentioned, so the
 * source is compiled a second time for them, with a walk that they read name by name.
 */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define PATH_PARTS_MAX 32
#else
#define PATH_PARTS_MAX 2048
#endif

struct path_walk {
	struct path_buffer *path;
	struct dentry *dentry;
	struct mount *mount;
	/* of `mount` */
	struct dentry *root;
	bool done;
};

/* Puts `length` bytes of a name in front of what is there. */
static __always_inline void path_prepend(struct path_buffer *path, const void *name, __u32 length)
{
	__u32 start = path->start;

	path->full_length += length + 1;
	/* After one that did not fit no other may, however short: it would be taken for the parent of what is there. */
	if (path->cut || length > NAME_MAX || start > PATH_MAX || start < length + 1) {
		path->cut = true;
		return;
	}
	start -= length + 1;
	path->bytes[start & (PATH_MAX - 1)] = '/';
	bpf_probe_read_kernel(&path->bytes[(start + 1) & (PATH_MAX - 1)], length & NAME_MAX, name);
	path->start = start;
}

/*
 * One name, or one mount crossed. 1 at the end. Own variables for what is read through: a relocated access must not
 * name a field of `walk`, which no kernel has.
 */
static __noinline long path_step(__u32 step, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry, *root = walk->root;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = walk->mount, *mount_parent;
	struct qstr name;

	if (dentry != root && dentry != parent) {
		bpf_core_read(&name, sizeof(name), &dentry->d_name);
		path_prepend(walk->path, name.name, name.len);
		walk->dentry = parent;
		return 0;
	}
	mount_parent = BPF_CORE_READ(mount, mnt_parent);
	if (dentry != root || mount_parent == mount || !mount_parent) {
		walk->done = true;
		return 1;
	}
	walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mount = mount_parent;
	walk->root = BPF_CORE_READ(mount_parent, mnt.mnt_root);
	return 0;
}

/* `from_address` is of a kernel's `struct path`. */
static __always_inline void path_fill(struct path_buffer *path, unsigned long from_address)
{
	const struct path *from = (void *)from_address;
	struct vfsmount *vfsmount = BPF_CORE_READ(from, mnt);
	struct dentry *dentry = BPF_CORE_READ(from, dentry);
	struct path_walk walk = { .path = path, .dentry = dentry };
	struct mount *mount;
	struct qstr name;

	walk.mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	mount = walk.mount;
	walk.root = BPF_CORE_READ(mount, mnt.mnt_root);
	path->start = PATH_MAX;
	path->full_length = 0;
	path->cut = false;
	path->unlinked = BPF_CORE_READ(dentry, d_inode, i_nlink) == 0;

#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < PATH_PARTS_MAX; i++)
		if (path_step(i, &walk))
			break;
#else
	bpf_loop(PATH_PARTS_MAX, path_step, &walk, 0);
#endif
	if (!walk.done)
		path->cut = true;
	if (path->start == PATH_MAX) {
		/* The root itself, or an unattached file: the name that its own dentry carries. */
		dentry = walk.dentry;
		bpf_core_read(&name, sizeof(name), &dentry->d_name);
		path_prepend(path, name.name, name.len == 1 ? 0 : name.len);
	}
	path->length = PATH_MAX - path->start;
	count(path_walks);
	if (path->cut)
		count(path_walks_cut);
}

#ifdef SPOOR_WITHOUT_BPF_LOOP
/* The buffer in the frame (maps/frame.h). */
static __always_inline struct path_buffer *path_current(void);

/* Takes a number alone, so that verifiers before 5.12 read the longest walk of all once a program, too. */
__noinline int path_of_address(unsigned long from_address)
{
	struct path_buffer *path = path_current();

	if (path)
		path_fill(path, from_address);
	return 0;
}

/* `path` is the buffer in the frame. */
static __always_inline int path_of(struct path_buffer *path, unsigned long from_address)
{
	return path_of_address(from_address);
}
#else
__noinline int path_of(struct path_buffer *path, unsigned long from_address)
{
	/* The verifier wants it of a pointer that another program might give. */
	if (path)
		path_fill(path, from_address);
	return 0;
}
#endif

#endif
