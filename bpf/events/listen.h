#ifndef SPOOR_EVENTS_LISTEN_H
#define SPOOR_EVENTS_LISTEN_H

#include "endpoint.h"

#define SYSCALLS_listen(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 50, 363, 201, 0)                                                                         \
	SYSCALL(kind, NONE, SOCKETCALL(4), NONE, 0)

/* A socket began to wait for connections, or could not. */
struct listen_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	__s32 fd;
	/* as asked for: the kernel takes net.core.somaxconn at most */
	__s32 backlog;
	/* of the address that the socket is bound to; 0 when the descriptor is not a socket */
	__u16 family;
	/* host byte order */
	__u16 port;
	/* network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/* of AF_UNIX: the path, or `@` and the abstract name */
	struct var_bytes path;
};

static __always_inline bool fill_listen(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct listen_event *event = (void *)frame->record;
	struct sock *sock = sock_of_call(frame, task, call);
	struct endpoint endpoint = {};

	event->result = call->result;
	event->fd = call->arguments[0];
	event->backlog = call->arguments[1];
	if (sock)
		endpoint_of_self(frame, &endpoint, &event->path, sock);
	endpoint_store(event, &endpoint);
	return true;
}

#endif
