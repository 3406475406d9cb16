#ifndef SPOOR_EVENTS_SOCKET_H
#define SPOOR_EVENTS_SOCKET_H

#include "endpoint.h"

#define SYSCALLS_socket(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 41, 359, 198, 0)                                                                         \
	SYSCALL(kind, NONE, SOCKETCALL(1), NONE, 0)

/* include/linux/socket.h */
#define AF_PACKET 17

/* include/linux/net.h: types, and the flags above them. */
#define SOCK_RAW 3
#define SOCK_PACKET 10
#define SOCK_TYPE_MASK 0xf

/*
 * A socket was made, or could not be, of a family whose peers no other event shows. IP and unix
 * sockets are left out, but for those that send whole packets.
 */
struct socket_event {
	struct event_header header;
	/* the file descriptor, or -errno */
	__s32 result;
	__u32 family;
	/* SOCK_ */
	__u32 type;
	/* of the family; ETH_P_ of a packet socket in host byte order */
	__u32 protocol;
	/* SOCK_NONBLOCK, SOCK_CLOEXEC */
	__u32 flags;
	__u32 unused;
};

static __always_inline bool socket_is_told(__u32 family, __u32 type)
{
	if (family == AF_INET || family == AF_INET6)
		return type == SOCK_RAW || type == SOCK_PACKET;
	return family != AF_UNIX;
}

/*
 * Returns whether to look at a call. Only the socket itself says what it is when the arguments are
 * in the caller's memory.
 */
static __always_inline bool socket_is_due(const struct syscall *call, long result)
{
	if (call->in_memory && result >= 0)
		return true;
	return socket_is_told(call->arguments[0], call->arguments[1] & SOCK_TYPE_MASK);
}

/* Stores the socket that the kernel has made. Returns false if the socket is ordinary. */
static __noinline int socket_store_made(struct frame *frame, struct task_struct *task, struct socket_event *event)
{
	struct sock *sock = sock_of_file(file_of_call(frame, task, event->result));

	if (!sock)
		return true;
	event->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	event->type = BPF_CORE_READ(sock, sk_type);
	return socket_is_told(event->family, event->type);
}

static __always_inline bool fill_socket(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct socket_event *event = (void *)frame->record;
	__u32 type = call->arguments[1];

	event->result = call->result;
	event->family = call->arguments[0];
	event->type = type & SOCK_TYPE_MASK;
	event->flags = type & ~SOCK_TYPE_MASK;
	event->protocol = call->arguments[2];
	if (call->in_memory && call->result >= 0 && !socket_store_made(frame, task, event))
		return false;
	/* The name of packet sockets before they had a family. */
	if (event->family == AF_INET && event->type == SOCK_PACKET)
		event->family = AF_PACKET;
	if (event->family == AF_PACKET)
		event->protocol = bpf_ntohs(event->protocol);
	return true;
}

#endif
