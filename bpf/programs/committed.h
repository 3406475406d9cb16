/*
 * Hooks on kernel functions that receive the object of a call, or the one that it made. They keep
 * it for the return of the call (maps/committed.h). Where the kernel lets no program hook its
 * functions, none of them is loaded.
 */
#ifndef SPOOR_PROGRAMS_COMMITTED_H
#define SPOOR_PROGRAMS_COMMITTED_H

#include "../events/endpoint.h"
#include "../maps/committed.h"
#include "syscall.h"

static __always_inline void commit_endpoints(struct committed *made, struct sock *sock)
{
	made->socket = (unsigned long)sock;
	made->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	made->port = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
	made->local_port = BPF_CORE_READ(sock, __sk_common.skc_num);
	if (made->family == AF_INET) {
		bpf_core_read(made->address, 4, &sock->__sk_common.skc_daddr);
		bpf_core_read(made->local_address, 4, &sock->__sk_common.skc_rcv_saddr);
	} else if (made->family == AF_INET6) {
		bpf_core_read(made->address, 16, &sock->__sk_common.skc_v6_daddr);
		bpf_core_read(made->local_address, 16, &sock->__sk_common.skc_v6_rcv_saddr);
	}
}

/* The last step of every call that makes a descriptor. No other task can have seen the file. */
SEC("?fentry/fd_install")
int on_commit_fd(__u64 *arguments)
{
	struct file *file = (void *)arguments[1];
	__u64 key = committed_key(COMMITTED_FD);
	struct committed made = {};
	struct sock *sock;

	if (!commit_is_due(key))
		return 0;
	bpf_core_read(made.file.path, sizeof(made.file.path), &file->f_path);
	made.file.inode_address = (unsigned long)BPF_CORE_READ(file, f_inode);
	made.file.inode = BPF_CORE_READ(file, f_inode, i_ino);
	made.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	made.flags = BPF_CORE_READ(file, f_flags);
	made.fd = arguments[0];
	sock = enabled_events >> EVENT_ACCEPT & 1 ? sock_of_file(file) : NULL;
	if (sock)
		commit_endpoints(&made, sock);
	commit(key, &made);
	return 0;
}

static __noinline int commit_socket(struct sock *sock, __u32 place)
{
	__u64 key = committed_key(place);
	struct committed made = {};

	if (!commit_is_due(key))
		return 0;
	made.socket = (unsigned long)sock;
	made.file.inode = inode_of_sock(sock);
	commit(key, &made);
	return 0;
}

#define COMMIT_SOCKET(kind)                                                                                    \
	({                                                                                                     \
		struct socket *__socket = (void *)arguments[0];                                                \
		commit_socket(BPF_CORE_READ(__socket, sk), kind);                                              \
	})

SEC("?fentry/security_socket_connect")
int on_commit_connect(__u64 *arguments)
{
	return COMMIT_SOCKET(EVENT_CONNECT);
}

/* Of messages those that name an address. */
SEC("?fentry/security_socket_sendmsg")
int on_commit_send(__u64 *arguments)
{
	struct msghdr *message = (void *)arguments[1];

	return BPF_CORE_READ(message, msg_name) ? COMMIT_SOCKET(EVENT_CONNECT) : 0;
}

SEC("?fentry/security_socket_bind")
int on_commit_bind(__u64 *arguments)
{
	return COMMIT_SOCKET(EVENT_BIND);
}

SEC("?fentry/security_socket_listen")
int on_commit_listen(__u64 *arguments)
{
	return COMMIT_SOCKET(EVENT_LISTEN);
}

SEC("?fentry/security_socket_accept")
int on_commit_accept(__u64 *arguments)
{
	return COMMIT_SOCKET(EVENT_ACCEPT);
}

static __always_inline void commit_path(struct committed_file *made, const struct path *path, struct dentry *name)
{
	struct qstr text = {};

	bpf_probe_read_kernel(made->path, sizeof(made->path), path);
	made->inode_address = (unsigned long)BPF_CORE_READ(path, dentry, d_inode);
	made->inode = BPF_CORE_READ(path, dentry, d_inode, i_ino);
	if (!name)
		return;
	bpf_core_read(&text, sizeof(text), &name->d_name);
	made->name_length = text.len;
}

/* `name` is in the directory; NULL when the path is a file's. */
static __noinline int commit_file(const struct path *path, struct dentry *name, __u32 place)
{
	__u64 key = committed_key(place);
	struct committed made = {};

	if (!commit_is_due(key))
		return 0;
	commit_path(&made.file, path, name);
	made.device = BPF_CORE_READ(path, dentry, d_sb, s_dev);
	commit(key, &made);
	return 0;
}

SEC("?fentry/security_path_mkdir")
int on_commit_mkdir(__u64 *arguments)
{
	return commit_file((void *)arguments[0], (void *)arguments[1], EVENT_MKDIR);
}

SEC("?fentry/security_path_unlink")
int on_commit_unlink(__u64 *arguments)
{
	return commit_file((void *)arguments[0], (void *)arguments[1], EVENT_UNLINK);
}

SEC("?fentry/security_path_rmdir")
int on_commit_rmdir(__u64 *arguments)
{
	return commit_file((void *)arguments[0], (void *)arguments[1], EVENT_UNLINK);
}

SEC("?fentry/security_path_rename")
int on_commit_rename(__u64 *arguments)
{
	__u64 key = committed_key(EVENT_RENAME);
	struct committed made = {};

	if (!commit_is_due(key))
		return 0;
	commit_path(&made.file, (void *)arguments[0], (void *)arguments[1]);
	commit_path(&made.second, (void *)arguments[2], (void *)arguments[3]);
	commit(key, &made);
	return 0;
}

SEC("?fentry/security_path_chmod")
int on_commit_chmod(__u64 *arguments)
{
	return commit_file((void *)arguments[0], NULL, EVENT_CHMOD);
}

/*
 * All chown calls use it. Before 6.1 programs cannot hook security_path_chown(), whose arguments
 * are structures.
 */
SEC("?fentry/chown_common")
int on_commit_chown(__u64 *arguments)
{
	return commit_file((void *)arguments[0], NULL, EVENT_CHOWN);
}

/*
 * In place of the hook on connect, where no function can be hooked: TCP says when a socket begins
 * to connect.
 */
SEC("?tp_btf/inet_sock_set_state")
int on_commit_tcp(__u64 *arguments)
{
	struct sock *sock = (void *)arguments[0];
	int before = arguments[1], state = arguments[2];
	struct syscall call;

	if (before != TCP_CLOSE || state != TCP_SYN_SENT)
		return 0;
	syscall_identify(&call, (void *)bpf_task_pt_regs(bpf_get_current_task_btf()));
	return call.kind == EVENT_CONNECT ? commit_socket(sock, EVENT_CONNECT) : 0;
}

#endif
