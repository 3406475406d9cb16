#ifndef SPOOR_EVENTS_BIND_H
#define SPOOR_EVENTS_BIND_H

#include "endpoint.h"

#define SYSCALLS_bind(SYSCALL, kind)                                                                           \
	SYSCALL(kind, 49, 361, 200, 0)                                                                         \
	SYSCALL(kind, NONE, SOCKETCALL(2), NONE, 0)

/* A socket was given an address, or could not be. */
struct bind_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	__s32 fd;
	__u16 family;
	/* host byte order; the one that the kernel chose when the caller asked for 0 */
	__u16 port;
	__u32 unused;
	/* network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/*
	 * Of AF_UNIX: the path as the kernel resolved it, or `@` and the abstract name; of a failed
	 * call the name as the caller gave it (EVENT_USER_MEMORY).
	 */
	struct var_bytes path;
};

static __always_inline bool fill_bind(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct bind_event *event = (void *)frame->record;
	struct endpoint endpoint = {};
	struct sock *sock = NULL;

	event->result = call->result;
	event->fd = call->arguments[0];
	if (call->result == 0)
		sock = sock_of_call(frame, task, call);
	if (!sock || !endpoint_of_self(frame, &endpoint, &event->path, sock))
		endpoint_of_caller(frame, &endpoint, &event->path, call);
	endpoint_store(event, &endpoint);
	return true;
}

#endif
