#ifndef SPOOR_EVENTS_CONNECTION_END_H
#define SPOOR_EVENTS_CONNECTION_END_H

#include "accept.h"
#include "connect.h"

/* include/net/tcp_states.h, include/net/sock.h: a FIN has arrived */
#define TCP_ESTABLISHED 1
#define TCP_FIN_WAIT1 4
#define TCP_CLOSE_WAIT 8
#define SOCK_DONE 1

/* include/uapi/asm-generic/errno.h, errno-base.h */
#define EPIPE 32
#define ECONNRESET 104

enum connection_closer { CLOSER_UNKNOWN = 0, CLOSER_SELF = 1, CLOSER_PEER = 2 };

/* A TCP connection ended. The record is begun when the process connects or accepts. */
struct connection_end_event {
	struct event_header header;
	/* host byte order */
	__u16 family;
	__u16 port;
	__u16 local_port;
	/* 1 when the process accepted the connection */
	__u16 accepted;
	/* of the peer, network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/* of this end, likewise */
	__u8 local_address[16];
	/* while it lives: since when, CLOCK_BOOTTIME; 0 while it is connecting */
	__u64 duration_ns;
	/* of the data, each once */
	__u64 sent_bytes;
	__u64 received_bytes;
	/* 0, or -errno that the connection ended with */
	__s32 result;
	/* who closed first */
	enum connection_closer closed_by;
	/* inode number of the network namespace of the socket */
	__u32 net_namespace;
	__u32 unused;
};

/* Returns whether the call can have made, begun or accepted a connection. */
static __always_inline bool connects(const struct syscall *call)
{
	if (call->kind == EVENT_ACCEPT)
		return call->result >= 0;
	return !call->result || call->result == -EINPROGRESS || call->result == -EINTR;
}

/* The socket of the connection, or 0. Flags the record that is begun. */
static __noinline unsigned long connection_of_call(struct frame *frame, struct task_struct *task,
						   const struct syscall *call)
{
	struct sock *sock;

	if (call->kind == EVENT_CONNECT)
		sock = sock_of_call(frame, task, call);
	else if (has_committed_fd(frame, EVENT_ACCEPT, call->result))
		sock = (void *)frame->committed.socket;
	else
		sock = sock_of_file(file_of_call(frame, task, call->result));
	return sock && is_tcp_like(sock) ? (unsigned long)sock : 0;
}

/* Fills both ends. False when the socket is not connected. */
static __noinline int connection_store_ends(struct frame *frame, struct connection_end_event *event, struct sock *sock)
{
	struct endpoint self = {}, peer = {};
	struct var_bytes none = {};

	if (!endpoint_of_peer(frame, &peer, &none, sock))
		return 0;
	endpoint_of_self(frame, &self, &none, sock);
	endpoint_store(event, &peer);
	event->local_port = self.port;
	event->net_namespace = net_namespace_of(sock);
	__builtin_memcpy(event->local_address, self.address, sizeof(event->local_address));
	return 1;
}

/* The side that ended a connection which no side closed in order. */
static __always_inline enum connection_closer connection_breaker(int error)
{
	/* A process that closes with unread data, or without waiting, resets its peer. */
	if (!error)
		return CLOSER_SELF;
	return error == ECONNRESET || error == EPIPE ? CLOSER_PEER : CLOSER_UNKNOWN;
}

static __always_inline void connection_store_end(struct connection_end_event *event, struct tcp_sock *tcp)
{
	struct sock *sock = (void *)tcp;
	int error = BPF_CORE_READ(sock, sk_err);
	__u64 received = BPF_CORE_READ(tcp, bytes_received);

	/* The kernel counts the FIN of the peer as a byte. */
	if (BPF_CORE_READ(sock, __sk_common.skc_flags) >> SOCK_DONE & 1 && received)
		received--;
	event->received_bytes = received;
	event->sent_bytes = BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
	event->result = -error;
	if (!event->closed_by)
		event->closed_by = connection_breaker(error);
	event->duration_ns = event->header.time_ns - event->duration_ns;
}

#endif
