/*
 * TCP connections that a process made or accepted, reported when they end. By then the current task
 * may be anyone: the record is begun by the call that has the connection.
 */
#ifndef SPOOR_PROGRAMS_CONNECTION_END_H
#define SPOOR_PROGRAMS_CONNECTION_END_H

#include "../events/connection_end.h"
#include "connect.h"
#include "results.h"

/* The key of a kept record. The socket itself stands for a connect that is pending. */
static __always_inline const void *connection_key(const struct sock *sock)
{
	return (const void *)sock + 1;
}

static __noinline int tell_connection_end(struct frame *frame, const struct scope_set *set, struct sock *sock)
{
	struct connection_end_event *event = (void *)frame->record;

	/* The event `connect` reports one that was never connected. */
	if (!record_take(frame, set, connection_key(sock)) || !event->duration_ns)
		return 0;
	connection_store_end(event, (void *)sock);
	record_end(frame, activity);
	return 0;
}

/* After a call: begins the record of the connection that it made, or has begun to make. */
static __noinline int connection_begin(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				       const struct syscall *call)
{
	struct connection_end_event *event = (void *)frame->record;
	struct sock *sock;
	int state;

	if (!(frame->matched & set->events[EVENT_CONNECTION_END]) || !connects(call))
		return 0;
	syscall_begin(frame, set, call, EVENT_CONNECTION_END, sizeof(*event));
	call_flag_doubtful(frame, call);
	sock = (void *)connection_of_call(frame, task, call);
	if (!sock || kept_kind(connection_key(sock)) || !connection_store_ends(frame, event, sock))
		return 0;
	event->accepted = call->kind == EVENT_ACCEPT;
	state = BPF_CORE_READ(sock, __sk_common.skc_state);
	if (event->accepted || (!is_connecting(state) && state != TCP_CLOSE))
		event->duration_ns = event->header.time_ns;
	if (state == TCP_CLOSE_WAIT)
		event->closed_by = CLOSER_PEER;
	record_append_exe(frame);
	part_cut_to_keep(&event->header.exe);
	record_keep(frame, set, connection_key(sock));
	/* It may have ended before it was kept. */
	if (BPF_CORE_READ(sock, __sk_common.skc_state) == TCP_CLOSE)
		tell_connection_end(frame, set, sock);
	return 0;
}

SEC("?tp_btf/inet_sock_set_state")
int on_event_connection_end(__u64 *arguments)
{
	struct sock *sock = (void *)arguments[0];
	int before = arguments[1], state = arguments[2];
	__u64 key = (unsigned long)connection_key(sock);
	struct kept_record *kept = bpf_map_lookup_elem(&kept_records, &key);
	struct connection_end_event *event;
	const struct scope_set *set;
	struct frame *frame;

	if (!kept)
		return 0;
	event = (void *)kept->record;
	if (is_connecting(before)) {
		if (state == TCP_CLOSE)
			bpf_map_delete_elem(&kept_records, &key);
		else if (!is_connecting(state))
			event->duration_ns = bpf_ktime_get_boot_ns();
		return 0;
	}
	if (before == TCP_ESTABLISHED && state == TCP_FIN_WAIT1)
		event->closed_by = CLOSER_SELF;
	if (before == TCP_ESTABLISHED && state == TCP_CLOSE_WAIT)
		event->closed_by = CLOSER_PEER;
	if (state != TCP_CLOSE)
		return 0;
	set = scopes_current();
	frame = frame_take(EVENT_CONNECTION_END);
	if (!frame)
		return 0;
	if (set)
		tell_connection_end(frame, set, sock);
	frame_release();
	return 0;
}

#endif
