#ifndef SPOOR_EVENTS_CONNECT_H
#define SPOOR_EVENTS_CONNECT_H

#include "endpoint.h"

#define EINPROGRESS 115

#define SYSCALLS_connect(SYSCALL, kind)                                                                        \
	SYSCALL(kind, 42, 362, 203, 0)                                                                         \
	SYSCALL(kind, NONE, SOCKETCALL(3), NONE, 0)

/* A socket was connected, or could not be. */
struct connect_event {
	struct event_header header;
	/* 0, or -errno; -EINPROGRESS for a socket that does not block */
	__s32 result;
	__s32 fd;
	__u16 family;
	/* host byte order */
	__u16 port;
	__u32 unused;
	/* network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/*
	 * Of AF_UNIX: the path of the peer as the kernel resolved it, or `@` and its abstract name; of a failed call the
	 * name as the caller gave it (EVENT_USER_MEMORY).
	 */
	struct var_bytes path;
};

static __always_inline bool fill_connect(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct connect_event *event = (void *)frame->record;
	struct endpoint endpoint = {};
	struct sock *sock = NULL;

	event->result = call->result;
	event->fd = call->arguments[0];
	if (call->result == 0 || call->result == -EINPROGRESS)
		sock = sock_of_fd(task, call->arguments[0]);
	if (!sock || !endpoint_of_peer(frame, &endpoint, &event->path, sock))
		endpoint_of_caller(frame, &endpoint, &event->path, call);
	endpoint_store(event, &endpoint);
	return true;
}

#endif
