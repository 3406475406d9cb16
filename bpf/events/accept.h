#ifndef SPOOR_EVENTS_ACCEPT_H
#define SPOOR_EVENTS_ACCEPT_H

#include "endpoint.h"

#define SYSCALLS_accept(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 43, NONE, 202, 0)                                                                        \
	SYSCALL(kind, 288, 364, 242, 0)                                                                        \
	SYSCALL(kind, NONE, SOCKETCALL(5), NONE, 0)                                                            \
	SYSCALL(kind, NONE, SOCKETCALL(18), NONE, 0)

/* A connection was taken, or could not be. All of it is from the kernel's sockets. */
struct accept_event {
	struct event_header header;
	/* the connection's file descriptor, or -errno */
	__s32 result;
	/* the socket that listens */
	__s32 fd;
	/* 0 when the descriptor is not a socket */
	__u16 family;
	/* of the peer, host byte order; 0 when the call failed */
	__u16 port;
	/* of this end, host byte order */
	__u16 local_port;
	__u16 unused;
	/* of the peer, network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/* of this end, likewise */
	__u8 local_address[16];
	/*
	 * of AF_UNIX: the name of this end, by which the peer found it: a path, or `@` and an abstract
	 * name
	 */
	struct var_bytes path;
};

/* Fills both ends of the connection from the socket that a hook kept. */
static __noinline int accept_committed(struct frame *frame, struct accept_event *event)
{
	const struct committed *kept = &frame->committed;
	struct sock *sock = (void *)kept->socket;

	event->family = kept->family;
	if (kept->family == AF_UNIX)
		return inode_of_sock(sock) == kept->file.inode && unix_endpoint(frame, (void *)sock, &event->path);
	event->port = kept->port;
	event->local_port = kept->local_port;
	__builtin_memcpy(event->address, kept->address, sizeof(event->address));
	__builtin_memcpy(event->local_address, kept->local_address, sizeof(event->local_address));
	return 1;
}

static __always_inline bool fill_accept(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct accept_event *event = (void *)frame->record;
	struct endpoint self = {}, peer = {};
	bool is_doubtful = event->header.flags & EVENT_RACY;
	struct sock *sock;

	event->result = call->result;
	event->fd = call->arguments[0];
	if (call->result >= 0 && has_committed_fd(frame, EVENT_ACCEPT, call->result) && accept_committed(frame, event))
		return true;
	sock = call->result < 0 ? sock_of_call(frame, task, call) : sock_of_file(file_of_call(frame, task, call->result));
	/* The call did not run: somebody else answered it. */
	if (!sock && is_doubtful && call->result >= 0 && !tables_were_shared(frame))
		return false;
	if (!sock)
		return true;
	endpoint_of_self(frame, &self, &event->path, sock);
	event->local_port = self.port;
	__builtin_memcpy(event->local_address, self.address, sizeof(event->local_address));
	/* The peer of a unix socket has a name only when it went out of its way to bind one. */
	if (call->result >= 0 && self.family != AF_UNIX)
		endpoint_of_peer(frame, &peer, &event->path, sock);
	peer.family = self.family;
	endpoint_store(event, &peer);
	return true;
}

#endif
