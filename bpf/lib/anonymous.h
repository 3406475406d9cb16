/* Descriptors of the kernel's own objects: told apart by the name of the file that they wear. */
#ifndef SPOOR_LIB_ANONYMOUS_H
#define SPOOR_LIB_ANONYMOUS_H

#include "fd.h"

/* include/uapi/linux/magic.h */
#define ANON_INODE_FS_MAGIC 0x09041934

/* The longest name that is asked for, and its NUL. */
#define ANONYMOUS_NAME_MAX 16

/*
 * The object behind a descriptor, if that is one of these (anon_inode_getfile): another thread may
 * have put another file under the number since. The name is that of the file's dentry, which no
 * user can choose in this file system.
 */
static __always_inline void *anonymous_object(struct task_struct *task, __u32 fd, const char *name, __u32 length)
{
	struct file *file = file_of_fd(task, fd);
	char found[ANONYMOUS_NAME_MAX] = {};

	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC)
		return NULL;
	bpf_probe_read_kernel(found, length, BPF_CORE_READ(file, f_path.dentry, d_name.name));
	for (__u32 i = 0; i < length; i++)
		if (found[i] != name[i])
			return NULL;
	return BPF_CORE_READ(file, private_data);
}

#define anonymous(task, fd, name) anonymous_object(task, fd, name, sizeof(name))

#endif
