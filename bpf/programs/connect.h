/*
 * Connections that were pending when their call returned: told a second time when the kernel knows
 * what became of them.
 */
#ifndef SPOOR_PROGRAMS_CONNECT_H
#define SPOOR_PROGRAMS_CONNECT_H

#include "../events/connect.h"
#include "../maps/kept_records.h"
#include "conditions.h"

/* include/uapi/asm-generic/errno.h */
#define ECONNABORTED 103

static __always_inline bool is_connecting(int state)
{
	return state == TCP_SYN_SENT || state == TCP_SYN_RECV;
}

/* The current task may be anyone: the record says who connected. */
static __noinline int tell_connect_end(struct frame *frame, const struct scope_set *set, struct sock *sock, int state)
{
	struct connect_event *event = (void *)frame->record;
	int error = BPF_CORE_READ(sock, sk_err);

	if (!record_take(frame, set, sock))
		return 0;
	/* A socket without an error was closed by its own process. */
	event->outcome = state != TCP_CLOSE ? 0 : error ? -error : -ECONNABORTED;
	event->header.flags |= EVENT_COMPLETION;
	if (event->outcome == 0)
		connection_keep(frame, sock);
	if (!record_judge(frame, set, EVENT_CONNECT))
		return 0;
	record_end(frame, activity);
	return 1;
}

/* After an event was told: keeps its record when it says that the connection is pending. */
static __noinline int keep_pending(struct frame *frame, const struct scope_set *set)
{
	struct connect_event *event = (void *)frame->record;
	struct sock *sock = (void *)frame->connecting;

	if (event->outcome != -EINPROGRESS)
		return 0;
	if (!sock || !is_tcp_like(sock) || !is_connecting(BPF_CORE_READ(sock, __sk_common.skc_state)))
		return 0;
	record_keep(frame, set, sock);
	/* It may have ended before it was kept. */
	if (!is_connecting(BPF_CORE_READ(sock, __sk_common.skc_state)))
		tell_connect_end(frame, set, sock, BPF_CORE_READ(sock, __sk_common.skc_state));
	return 0;
}

SEC("?tp_btf/inet_sock_set_state")
int on_event_connect(__u64 *arguments)
{
	struct sock *sock = (void *)arguments[0];
	int before = arguments[1], state = arguments[2];
	const struct scope_set *set;
	struct frame *frame;

	if (!is_connecting(before) || is_connecting(state) || kept_kind(sock) != EVENT_CONNECT)
		return 0;
	set = scopes_current();
	frame = frame_take(EVENT_CONNECT);
	if (!frame)
		return 0;
	if (set)
		tell_connect_end(frame, set, sock, state);
	frame_release();
	return 0;
}

#endif
