/*
 * The device and the inode number of a file, as stat(2) prints them. Most file systems print the
 * device of their superblock. Overlayfs shows a file of a layer, which can be on another file
 * system, and btrfs has a device per subvolume.
 */
#ifndef SPOOR_LIB_FILE_NUMBER_H
#define SPOOR_LIB_FILE_NUMBER_H

#include "read.h"

/* include/uapi/linux/magic.h, include/linux/stat.h */
#define OVERLAYFS_MAGIC 0x794c7630
#define BTRFS_MAGIC 0x9123683e
#define S_IFMT 0170000
#define FILE_TYPE_SHIFT 12
#define S_IFDIR 0040000

/* fs/overlayfs/ovl_entry.h: bits of the flags of an inode. */
#define OVL_INDEX 2
#define OVL_CONST_INO 4

/* File systems below one overlay that are looked at. */
#define OVERLAY_FILE_SYSTEMS_MAX 16

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/*
 * Types of file systems that a kernel need not have, or has as modules: the word `optional` at the
 * end says so (object/).
 */
struct ovl_sb___optional {
	struct super_block *sb;
	__u32 pseudo_dev;
};

struct ovl_fs___optional {
	unsigned int numfs;
	struct ovl_sb___optional *fs;
	/*
	 * -1: numbers are not made unique; 0: all layers are on one file system; else high bits
	 * that tell layers apart
	 */
	int xino_mode;
};

struct ovl_path___optional {
	struct dentry *dentry;
};

struct ovl_entry___optional {
	unsigned int __numlower;
	struct ovl_path___optional __lowerstack[1];
};

struct ovl_inode___optional {
	unsigned long flags;
	struct inode vfs_inode;
	struct dentry *__upperdentry;
	/* since 6.5 */
	struct ovl_entry___optional *oe;
};

/* Before 6.5, and before 6.0. */
struct ovl_inode___path_optional {
	struct ovl_path___optional lowerpath;
};

struct ovl_inode___lower_optional {
	struct inode *lower;
};

struct btrfs_root___optional {
	__u32 anon_dev;
};

struct btrfs_inode___optional {
	struct btrfs_root___optional *root;
	struct inode vfs_inode;
};

#pragma clang attribute pop

struct file_number {
	__u64 inode;
	__u32 device;
};

/*
 * The inode in the topmost lower layer that has the file. NULL for a file of the upper layer alone.
 */
static __always_inline struct inode *overlay_lower(struct ovl_inode___optional *own)
{
	struct ovl_inode___path_optional *with_path = (void *)own;
	struct ovl_inode___lower_optional *with_lower = (void *)own;
	struct ovl_entry___optional *entry;
	struct dentry *dentry;

	if (bpf_core_field_exists(with_lower->lower))
		return BPF_CORE_READ(with_lower, lower);
	if (bpf_core_field_exists(own->oe)) {
		entry = BPF_CORE_READ(own, oe);
		if (!entry || !BPF_CORE_READ(entry, __numlower))
			return NULL;
		dentry = BPF_CORE_READ(entry, __lowerstack[0].dentry);
	} else {
		dentry = BPF_CORE_READ(with_path, lowerpath.dentry);
	}
	return dentry ? BPF_CORE_READ(dentry, d_inode) : NULL;
}

static __always_inline bool is_directory(struct inode *inode)
{
	return (BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFDIR;
}

static __always_inline struct ovl_inode___optional *overlay_inode(struct inode *inode)
{
	return (void *)inode - bpf_core_field_offset(struct ovl_inode___optional, vfs_inode);
}

/* The file in the upper layer, or NULL. */
static __always_inline struct dentry *overlay_upper(struct inode *inode)
{
	struct ovl_inode___optional *own = overlay_inode(inode);

	return bpf_core_type_exists(struct ovl_inode___optional) ? BPF_CORE_READ(own, __upperdentry) : NULL;
}

/*
 * The inode whose number overlayfs prints (fs/overlayfs/inode.c, ovl_getattr): of what was copied
 * up, the one that it was copied from, if the kernel has kept that. A file with several names there
 * has each copied for itself, unless the overlay has an index.
 */
static __always_inline struct inode *overlay_origin(struct inode *inode)
{
	struct ovl_inode___optional *own = overlay_inode(inode);
	struct dentry *upper = overlay_upper(inode);
	struct inode *lower = overlay_lower(own);
	__u64 flags = BPF_CORE_READ(own, flags);

	if (!upper)
		return lower;
	if (lower && flags >> OVL_CONST_INO & 1 &&
	    (flags >> OVL_INDEX & 1 || is_directory(lower) || BPF_CORE_READ(lower, i_nlink) == 1))
		return lower;
	return BPF_CORE_READ(upper, d_inode);
}

/* The place of a file system in the overlay's list, the first for one that is not found. */
static __always_inline __u32 overlay_place(struct ovl_fs___optional *overlay, struct super_block *wanted)
{
	struct ovl_sb___optional *list = BPF_CORE_READ(overlay, fs);
	__u32 count = BPF_CORE_READ(overlay, numfs);

	for (__u32 i = 0; i < OVERLAY_FILE_SYSTEMS_MAX; i++) {
		struct ovl_sb___optional *one = (void *)list + i * bpf_core_type_size(struct ovl_sb___optional);

		if (i >= count)
			break;
		if (BPF_CORE_READ(one, sb) == wanted)
			return i;
	}
	return 0;
}

static __always_inline void overlay_number(struct file_number *number, struct inode *inode)
{
	struct super_block *super = BPF_CORE_READ(inode, i_sb);
	struct ovl_fs___optional *overlay = BPF_CORE_READ(super, s_fs_info);
	struct inode *origin = overlay_origin(inode);
	int bits = BPF_CORE_READ(overlay, xino_mode);
	struct ovl_sb___optional *layer;
	__u32 place;

	if (!origin)
		return;
	number->inode = BPF_CORE_READ(origin, i_ino);
	if (!bits)
		return;
	place = overlay_place(overlay, BPF_CORE_READ(origin, i_sb));
	if (bits > 0 && !(number->inode >> (64 - bits & 63))) {
		number->inode |= (__u64)place << (65 - bits & 63);
		return;
	}
	if (is_directory(inode))
		return;
	layer = BPF_CORE_READ(overlay, fs);
	layer = (void *)layer + place * bpf_core_type_size(struct ovl_sb___optional);
	number->device = BPF_CORE_READ(layer, pseudo_dev);
}

/* Corrects the numbers of a file on overlayfs or btrfs. `address` is that of its inode. */
VERIFIED_ONCE int number_in_layers(struct file_number *number, unsigned long address, unsigned long magic)
{
	struct btrfs_inode___optional *btrfs;

	/* The verifier wants it of pointers that another program might give. */
	if (!number)
		return 0;
	if (bpf_core_type_exists(struct ovl_inode___optional) && magic == OVERLAYFS_MAGIC)
		overlay_number(number, (void *)address);
	if (bpf_core_type_exists(struct btrfs_inode___optional) && magic == BTRFS_MAGIC) {
		btrfs = (void *)address - bpf_core_field_offset(struct btrfs_inode___optional, vfs_inode);
		number->device = BPF_CORE_READ(btrfs, root, anon_dev);
	}
	return 0;
}

static __always_inline struct file_number number_of_inode(struct inode *inode)
{
	struct super_block *super = BPF_CORE_READ(inode, i_sb);
	struct file_number number = {
		.inode = BPF_CORE_READ(inode, i_ino),
		.device = BPF_CORE_READ(super, s_dev),
	};
	unsigned long magic;

	if (!has_layered_files)
		return number;
	magic = BPF_CORE_READ(super, s_magic);
	if (magic == OVERLAYFS_MAGIC || magic == BTRFS_MAGIC)
		number_in_layers(&number, (unsigned long)inode, magic);
	return number;
}

#endif
