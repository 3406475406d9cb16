/*
 * The path of an open file, from the kernel's own dentries and mounts. bpf_d_path is not allowed
 * where we are, so the walk is ours: bounded, from the leaf up, across mounts, to the root of the
 * mount tree that the file is in.
 *
 * What it gives: the path inside the file's mount namespace, whatever root directory its process
 * has: a chroot does not shorten it. Deleted files keep their last name and set `unlinked`. A memfd
 * is `/memfd:NAME`. Pipes, sockets and other files without a name in a tree give their kernel name
 * (`/` for none). A walk that meets more names or bytes than it takes keeps the nearest and sets
 * `cut`.
 *
 * A mount that is detached, or not attached yet, is in no namespace. Its files give the path inside
 * their file system and set `unreachable`.
 *
 * The kernel may rename what is walked. It changes the sequence count of a name then. At the end of
 * a walk all counts are compared, and the walk is tried again if one has changed. The last try sets
 * `torn`.
 */
#ifndef SPOOR_LIB_PATH_H
#define SPOOR_LIB_PATH_H

#include "read.h"
#include "scratch.h"
#include "stats.h"

/*
 * Names and mount crossings of one walk. With bpf_loop (5.17) the verifier reads the body once and
 * the walk takes as many as a path can have. Verifiers before 5.13 refuse a program in which a
 * callback is so much as mentioned, so the source is compiled a second time for them, with a walk
 * that they read name by name.
 */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define PATH_PARTS_MAX 32
#else
#define PATH_PARTS_MAX 2048
#endif

#define PATH_TRIES 3

/*
 * Values of `mnt_ns` without a namespace: include/linux/err.h, fs/mount.h,
 * include/uapi/linux/nsfs.h.
 */
#define LEAST_ERROR_POINTER (-4095UL)
#define ANONYMOUS_MOUNTS 0xeffffff7

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
	/*
	 * After one that did not fit no other may, however short: it would be taken for the parent of
	 * what is there.
	 */
	if (path->cut || length > NAME_MAX || start > PATH_MAX || start < length + 1) {
		path->cut = true;
		return;
	}
	start -= length + 1;
	path->bytes[start & (PATH_MAX - 1)] = '/';
	bpf_probe_read_kernel(&path->bytes[(start + 1) & (PATH_MAX - 1)], length & NAME_MAX, name);
	path->start = start;
}

/* Returns whether the kernel has changed this name since it was read. */
static __always_inline bool level_has_changed(const struct path_level *level)
{
	struct dentry *dentry = (void *)level->dentry;

	return level->sequence & 1 || BPF_CORE_READ(dentry, d_seq.seqcount.sequence) != level->sequence;
}

/* Keeps that a name was read. What has no room any more is looked at now. */
static __always_inline void path_keep(struct path_buffer *path, struct dentry *dentry, __u32 sequence)
{
	struct path_level *level = &path->level[path->levels & (PATH_LEVELS - 1)];

	if (path->levels >= PATH_LEVELS && level_has_changed(level))
		path->torn = true;
	level->dentry = (unsigned long)dentry;
	level->sequence = sequence;
	path->levels++;
}

/* Pipes, sockets and memory files are on mounts of the kernel's own, which are in no tree. */
static __always_inline bool is_internal(struct mount *mount)
{
	return (unsigned long)BPF_CORE_READ(mount, mnt_ns) >= LEAST_ERROR_POINTER;
}

/* Of a mount without a parent: whether it is the root of no mount namespace. */
static __always_inline bool is_detached(struct mount *mount)
{
	struct mnt_namespace *namespace = BPF_CORE_READ(mount, mnt_ns);
	__u32 inum = BPF_CORE_READ(namespace, ns.inum);

	return !namespace || !inum || inum == ANONYMOUS_MOUNTS;
}

/*
 * One name, or one mount crossed. 1 at the end. Own variables for what is read through: a relocated
 * access must not name a field of `walk`, which no kernel has.
 */
static __noinline long path_step(__u32 step, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry, *root = walk->root;
	__u32 sequence = BPF_CORE_READ(dentry, d_seq.seqcount.sequence);
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = walk->mount, *mount_parent;
	struct qstr name;

	if (dentry != root && dentry != parent) {
		bpf_core_read(&name, sizeof(name), &dentry->d_name);
		path_prepend(walk->path, name.name, name.len);
		path_keep(walk->path, dentry, sequence);
		walk->dentry = parent;
		return 0;
	}
	mount_parent = BPF_CORE_READ(mount, mnt_parent);
	if (dentry == root && mount_parent != mount && mount_parent) {
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = mount_parent;
		walk->root = BPF_CORE_READ(mount_parent, mnt.mnt_root);
		return 0;
	}
	/* A directory that was moved out of its mount has no way to the root of that, either. */
	if (root && !is_internal(mount) && (dentry != root || is_detached(mount)))
		walk->path->unreachable = true;
	/* On, from the root of a detached mount to the root of its file system. */
	walk->root = NULL;
	walk->done = dentry == parent || !walk->path->unreachable;
	return walk->done;
}

static __noinline long path_check_step(__u32 step, struct path_walk *walk)
{
	struct path_buffer *path = walk->path;

	if (step >= path->levels)
		return 1;
	if (level_has_changed(&path->level[step & (PATH_LEVELS - 1)]))
		path->torn = true;
	return 0;
}

static __always_inline void path_walk(struct path_walk *walk)
{
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < PATH_PARTS_MAX; i++)
		if (path_step(i, walk))
			break;
	for (int i = 0; i < PATH_PARTS_MAX; i++)
		if (path_check_step(i, walk))
			break;
#else
	bpf_loop(PATH_PARTS_MAX, path_step, walk, 0);
	bpf_loop(PATH_LEVELS, path_check_step, walk, 0);
#endif
}

/* `from_address` is of a kernel's `struct path`. Returns whether a name changed meanwhile. */
static __always_inline int path_fill(struct path_buffer *path, unsigned long from_address)
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
	path->levels = 0;
	path->cut = false;
	path->unreachable = false;
	path->torn = false;
	path->unlinked = BPF_CORE_READ(dentry, d_inode, i_nlink) == 0;

	path_walk(&walk);
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
	return path->torn;
}

#ifdef SPOOR_WITHOUT_BPF_LOOP
/* The buffer in the frame (maps/frame.h). */
static __always_inline struct path_buffer *path_current(void);

/*
 * Takes a number alone, so that verifiers before 5.12 read the longest walk of all once a program,
 * too.
 */
__noinline int path_of_address(unsigned long from_address)
{
	struct path_buffer *path = path_current();

	return path ? path_fill(path, from_address) : 0;
}

/* `path` is the buffer in the frame. */
static __always_inline int path_try(struct path_buffer *path, unsigned long from_address)
{
	return path_of_address(from_address);
}
#else
__noinline int path_try(struct path_buffer *path, unsigned long from_address)
{
	/* The verifier wants it of a pointer that another program might give. */
	return path ? path_fill(path, from_address) : 0;
}
#endif

/* Fills `path`, in as many tries as it takes to meet no rename. */
static __always_inline void path_of(struct path_buffer *path, unsigned long from_address)
{
	for (int i = 0; i < PATH_TRIES; i++)
		if (!path_try(path, from_address))
			break;
}

#endif
