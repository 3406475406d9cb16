#ifndef SPOOR_EVENTS_CONNECT_H
#define SPOOR_EVENTS_CONNECT_H

#include "../lib/fd.h"
#include "../lib/syscalls.h"
#include "record.h"

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define EINPROGRESS 115

#define SYSCALLS_connect(SYSCALL, kind) SYSCALL(kind, 42, 362, 203, 0)

/* A socket was connected, or could not be. */
struct connect_event {
	struct event_header header;
	/* 0, or -errno; -EINPROGRESS for a socket that does not block */
	__s32 result;
	__u32 fd;
	__u16 family;
	/* host byte order */
	__u16 port;
	__u32 unused;
	/* network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/* of AF_UNIX: the name as bound, `@` in place of the NUL of an abstract one */
	struct var_bytes path;
};

/* Offsets in sockaddr_in and sockaddr_in6. */
#define SIN_PORT_OFFSET 2
#define SIN_ADDRESS_OFFSET 4
#define SIN6_ADDRESS_OFFSET 8
#define SUN_PATH_OFFSET 2
#define SUN_PATH_MAX 108

static __always_inline void connect_unix_path(struct frame *frame, struct connect_event *event,
					      const struct part *name)
{
	__u32 at = frame->size & RECORD_MASK;

	record_append(frame, &event->path, name);
	if (!event->path.length)
		return;
	/* Abstract names begin with a NUL and may hold more; the others may or may not count the one at their end. */
	if (!frame->record[at]) {
		frame->record[at] = '@';
	} else if (!frame->record[(at + event->path.length - 1) & RECORD_MASK]) {
		event->path.length--;
		event->path.full_length--;
		frame->size--;
	}
}

/* The peer as the kernel's socket has it, once the call has committed to it. */
static __always_inline bool connect_from_socket(struct frame *frame, struct connect_event *event, struct sock *sock)
{
	struct unix_address *bound;
	struct part name = { .memory = PART_KERNEL };
	struct sock *peer;
	int length;

	event->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	switch (event->family) {
	case AF_INET:
		bpf_core_read(event->address, 4, &sock->__sk_common.skc_daddr);
		event->port = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
		return event->port;
	case AF_INET6:
		bpf_core_read(event->address, 16, &sock->__sk_common.skc_v6_daddr);
		event->port = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
		return event->port;
	case AF_UNIX:
		peer = BPF_CORE_READ((struct unix_sock *)sock, peer);
		bound = BPF_CORE_READ((struct unix_sock *)peer, addr);
		length = BPF_CORE_READ(bound, len);
		if (!bound || length <= SUN_PATH_OFFSET || length > SUN_PATH_OFFSET + SUN_PATH_MAX)
			return false;
		/* The address proper follows the struct's counters. */
		name.from = (void *)bound + bpf_core_field_offset(struct unix_address, len) + sizeof(int) +
			    SUN_PATH_OFFSET;
		name.length = length - SUN_PATH_OFFSET;
		connect_unix_path(frame, event, &name);
		return true;
	default:
		return true;
	}
}

/* The peer as the caller named it: there is nothing else when the call failed. */
static __always_inline void connect_from_user(struct frame *frame, struct connect_event *event,
					      const struct syscall *call)
{
	const void *address = (void *)call->arguments[1];
	__u32 length = call->arguments[2];
	struct part name = { .memory = PART_USER };
	__be16 port = 0;

	event->header.flags |= EVENT_USER_MEMORY;
	event->family = 0;
	if (length < sizeof(event->family) || bpf_probe_read_user(&event->family, sizeof(event->family), address))
		return;
	switch (event->family) {
	case AF_INET:
	case AF_INET6:
		bpf_probe_read_user(&port, sizeof(port), address + SIN_PORT_OFFSET);
		event->port = bpf_ntohs(port);
		if (event->family == AF_INET)
			bpf_probe_read_user(event->address, 4, address + SIN_ADDRESS_OFFSET);
		else
			bpf_probe_read_user(event->address, 16, address + SIN6_ADDRESS_OFFSET);
		return;
	case AF_UNIX:
		name.from = address + SUN_PATH_OFFSET;
		name.length = length - SUN_PATH_OFFSET;
		if (name.length > SUN_PATH_MAX)
			name.length = SUN_PATH_MAX;
		connect_unix_path(frame, event, &name);
	}
}

static __always_inline void fill_connect(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct connect_event *event = (void *)frame->record;
	struct sock *sock = NULL;

	__builtin_memset((void *)event + sizeof(event->header), 0, sizeof(*event) - sizeof(event->header));
	event->result = call->result;
	event->fd = call->arguments[0];
	if (call->result == 0 || call->result == -EINPROGRESS)
		sock = sock_of_fd(task, call->arguments[0]);
	if (!sock || !connect_from_socket(frame, event, sock))
		connect_from_user(frame, event, call);
}

#endif
