/*
 * The path of an open file, from the kernel's own dentries and mounts. bpf_d_path is not allowed where we are, so
 * the walk is ours: bounded, from the leaf up, across mounts, to the root of the mount tree that the file is in.
 *
 * What it gives: the path inside the file's mount namespace, whatever root directory its process has: a chroot
 * does not shorten it. Deleted files keep their last name and set `unlinked`. A memfd is `memfd:NAME`. Pipes, sockets
 * and other files without a name in a tree give their kernel name (`/` for none). A walk that meets more than
 * PATH_PARTS_MAX names keeps the nearest and sets `cut`.
 */
#ifndef SPOOR_LIB_PATH_H
#define SPOOR_LIB_PATH_H

#include "read.h"
#include "scratch.h"
#include "stats.h"

/* Names and mount crossings of one walk. Bounded for the verifier of 5.10, which has no bpf_loop. */
#define PATH_PARTS_MAX 64

/* Puts `length` bytes of a name in front of what is there. */
static __always_inline void path_prepend(struct path_buffer *path, const void *name, __u32 length)
{
	__u32 start = path->start;

	path->full_length += length + 1;
	if (length > NAME_MAX || start > PATH_MAX || start < length + 1) {
		path->cut = true;
		return;
	}
	start -= length + 1;
	path->bytes[start & (PATH_MAX - 1)] = '/';
	bpf_probe_read_kernel(&path->bytes[(start + 1) & (PATH_MAX - 1)], length & NAME_MAX, name);
	path->start = start;
}

static __noinline int path_of(struct path_buffer *path, const struct path *from)
{
	struct dentry *dentry, *parent, *root;
	struct vfsmount *vfsmount;
	struct mount *mount, *mount_parent;
	struct qstr name;
	int i;

	path->start = PATH_MAX;
	path->length = 0;
	path->full_length = 0;
	path->cut = false;
	path->unlinked = false;
	bpf_core_read(&dentry, sizeof(dentry), &from->dentry);
	bpf_core_read(&vfsmount, sizeof(vfsmount), &from->mnt);
	mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	root = BPF_CORE_READ(vfsmount, mnt_root);
	path->unlinked = BPF_CORE_READ(dentry, d_inode, i_nlink) == 0;

	for (i = 0; i < PATH_PARTS_MAX; i++) {
		parent = BPF_CORE_READ(dentry, d_parent);
		if (dentry != root && dentry != parent) {
			bpf_core_read(&name, sizeof(name), &dentry->d_name);
			path_prepend(path, name.name, name.len);
			dentry = parent;
			continue;
		}
		mount_parent = BPF_CORE_READ(mount, mnt_parent);
		if (dentry != root || mount_parent == mount || !mount_parent)
			break;
		dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		mount = mount_parent;
		root = BPF_CORE_READ(mount, mnt.mnt_root);
	}
	if (i == PATH_PARTS_MAX)
		path->cut = true;
	if (path->start == PATH_MAX) {
		/* The root itself, or an unattached file: the name that its root carries. */
		bpf_core_read(&name, sizeof(name), &dentry->d_name);
		path_prepend(path, name.name, name.len == 1 ? 0 : name.len);
	}
	path->length = PATH_MAX - path->start;
	count(path_walks);
	if (path->cut)
		count(path_walks_cut);
	return 0;
}

#endif
