/* The kernel's object behind a file descriptor of the current task. */
#ifndef SPOOR_LIB_FD_H
#define SPOOR_LIB_FD_H

#include "file_number.h"

#define S_IFSOCK 0140000

/* NULL when the descriptor is not open (any more). */
static __always_inline struct file *file_of_fd(struct task_struct *task, __u32 fd)
{
	struct files_struct *files = BPF_CORE_READ(task, files);
	struct fdtable *table = BPF_CORE_READ(files, fdt);
	struct file **slots = BPF_CORE_READ(table, fd);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), &slots[fd]);
	return file;
}

/* Returns the socket of a file, or NULL when the file is not a socket. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/* Returns the number of the inode that a socket is in: the kernel gives each socket another. */
static __always_inline __u64 inode_of_sock(struct sock *sock)
{
	struct socket *socket = BPF_CORE_READ(sock, sk_socket);

	return BPF_CORE_READ(socket, file, f_inode, i_ino);
}

#endif
