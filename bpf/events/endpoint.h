/* One end of a socket: what it is bound or connected to. */
#ifndef SPOOR_EVENTS_ENDPOINT_H
#define SPOOR_EVENTS_ENDPOINT_H

#include "../lib/fd.h"
#include "../lib/syscalls.h"
#include "call_objects.h"

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

/* Offsets in sockaddr_in, sockaddr_in6 and sockaddr_un. */
#define SIN_PORT_OFFSET 2
#define SIN_ADDRESS_OFFSET 4
#define SIN6_ADDRESS_OFFSET 8
#define SUN_PATH_OFFSET 2
#define SUN_PATH_MAX 108

struct endpoint {
	__u16 family;
	/* host byte order */
	__u16 port;
	/* network byte order; the first four bytes for AF_INET */
	__u8 address[16];
};

/* Returns the inode number of a socket's network namespace, or 0 if it is not known. */
static __always_inline __u32 net_namespace_of(struct sock *sock)
{
	if (!bpf_core_field_exists(struct sock_common, skc_net))
		return 0;
	return BPF_CORE_READ(sock, __sk_common.skc_net.net, ns.inum);
}

/* An event's own fields of these names. */
#define endpoint_store(event, endpoint)                                                                        \
	do {                                                                                                   \
		(event)->family = (endpoint)->family;                                                          \
		(event)->port = (endpoint)->port;                                                              \
		__builtin_memcpy((event)->address, (endpoint)->address, sizeof((event)->address));            \
	} while (0)

/* An abstract name, or one as the caller gave it, without the NUL that may end it. */
static __always_inline void record_append_unix_name(struct frame *frame, struct var_bytes *path,
						    const struct part *name)
{
	__u32 at = frame->size & RECORD_MASK;

	record_append(frame, path, name);
	if (!path->length)
		return;
	/*
	 * Abstract names begin with a NUL and may hold more; the others may or may not count the one at
	 * their end.
	 */
	if (!frame->record[at]) {
		frame->record[at] = '@';
	} else if (!frame->record[(at + path->length - 1) & RECORD_MASK]) {
		path->length--;
		path->full_length--;
		frame->size--;
	}
}

/* False when the socket has no name. */
static __always_inline bool unix_endpoint(struct frame *frame, struct unix_sock *socket, struct var_bytes *path)
{
	struct unix_address *bound = BPF_CORE_READ(socket, addr);
	struct part name = { .memory = PART_KERNEL };
	int length = BPF_CORE_READ(bound, len);

	if (!bound || length <= SUN_PATH_OFFSET || length > SUN_PATH_OFFSET + SUN_PATH_MAX)
		return false;
	if (BPF_CORE_READ(socket, path.dentry)) {
		path_of(&frame->path, (unsigned long)socket + bpf_core_field_offset(struct unix_sock, path));
		record_append_path(frame, path);
		return true;
	}
	name.from = (void *)bound + bpf_core_field_offset(struct unix_address, name) + SUN_PATH_OFFSET;
	name.length = length - SUN_PATH_OFFSET;
	record_append_unix_name(frame, path, &name);
	return true;
}

/* Fills the peer of the kernel's socket. Returns false if the socket is not connected. */
static __noinline int endpoint_of_peer(struct frame *frame, struct endpoint *endpoint, struct var_bytes *path,
				       struct sock *sock)
{
	endpoint->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	switch (endpoint->family) {
	case AF_INET:
		bpf_core_read(endpoint->address, 4, &sock->__sk_common.skc_daddr);
		break;
	case AF_INET6:
		bpf_core_read(endpoint->address, 16, &sock->__sk_common.skc_v6_daddr);
		break;
	case AF_UNIX:
		return unix_endpoint(frame, (void *)BPF_CORE_READ((struct unix_sock *)sock, peer), path);
	default:
		return true;
	}
	endpoint->port = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
	return endpoint->port != 0;
}

/* Fills the address that the kernel's socket is bound to. */
static __noinline int endpoint_of_self(struct frame *frame, struct endpoint *endpoint, struct var_bytes *path,
				       struct sock *sock)
{
	endpoint->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	switch (endpoint->family) {
	case AF_INET:
		bpf_core_read(endpoint->address, 4, &sock->__sk_common.skc_rcv_saddr);
		break;
	case AF_INET6:
		bpf_core_read(endpoint->address, 16, &sock->__sk_common.skc_v6_rcv_saddr);
		break;
	case AF_UNIX:
		return unix_endpoint(frame, (void *)sock, path);
	default:
		return true;
	}
	endpoint->port = BPF_CORE_READ(sock, __sk_common.skc_num);
	return true;
}

/*
 * Callers give the size of all of `sun_path` more often than not: of a path the kernel takes what
 * is before the NUL.
 */
static __always_inline __u32 unix_name_length(const struct part *name)
{
	char path[128];
	long length;

	/* Room for a NUL after the longest path that has none. */
	length = bpf_probe_read_user_str(path, (name->length & 127) + 1, name->from);
	/* A NUL at once: an abstract name, of which all bytes count. */
	return length > 1 ? length - 1 : name->length;
}

static __always_inline void endpoint_of_ipv4(struct endpoint *endpoint, const struct syscall *call)
{
	const void *address = (void *)call->arguments[1];
	__be16 port = 0;

	bpf_probe_read_user(&port, sizeof(port), address + SIN_PORT_OFFSET);
	bpf_probe_read_user(endpoint->address, 4, address + SIN_ADDRESS_OFFSET);
	endpoint->family = AF_INET;
	endpoint->port = bpf_ntohs(port);
}

/*
 * As the caller named it, in its second and third argument: there is nothing else when the call
 * failed.
 */
static __noinline int endpoint_of_caller(struct frame *frame, struct endpoint *endpoint, struct var_bytes *path,
					 const struct syscall *call)
{
	struct event_header *header = (void *)frame->record;
	const void *address = (void *)call->arguments[1];
	__u32 length = call->arguments[2];
	struct part name = { .memory = PART_USER };
	__be16 port = 0;

	header->flags |= EVENT_USER_MEMORY;
	endpoint->family = 0;
	if (length < sizeof(endpoint->family) ||
	    bpf_probe_read_user(&endpoint->family, sizeof(endpoint->family), address))
		return 0;
	switch (endpoint->family) {
	case AF_INET:
	case AF_INET6:
		bpf_probe_read_user(&port, sizeof(port), address + SIN_PORT_OFFSET);
		endpoint->port = bpf_ntohs(port);
		if (endpoint->family == AF_INET)
			bpf_probe_read_user(endpoint->address, 4, address + SIN_ADDRESS_OFFSET);
		else
			bpf_probe_read_user(endpoint->address, 16, address + SIN6_ADDRESS_OFFSET);
		return 0;
	case AF_UNIX:
		name.from = address + SUN_PATH_OFFSET;
		name.length = length - SUN_PATH_OFFSET;
		if (name.length > SUN_PATH_MAX)
			name.length = SUN_PATH_MAX;
		name.length = unix_name_length(&name);
		record_append_unix_name(frame, path, &name);
	}
	return 0;
}

#endif
