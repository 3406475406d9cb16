/* Answers of name servers, at the return of the call that receives them. */
#ifndef SPOOR_EVENTS_DNS_H
#define SPOOR_EVENTS_DNS_H

#include "dns_message.h"

/* A process received an answer from a name server. */
struct dns_event {
	struct event_header header;
	/* nanoseconds from the send of the question to the event; 0: the question was not seen */
	__u64 latency_ns;
	__s32 fd;
	__u16 family;
	/* of the server, host byte order */
	__u16 port;
	/* of the server, network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	enum dns_transport transport;
	/* inode number of the network namespace of the socket; 0: not known */
	__u32 net_namespace;
	/* the answer as the process received it, up to 4095 bytes */
	struct var_bytes message;
};

/* The server that a connected socket has, or that the call named. */
static __noinline int dns_server_store(struct dns_event *event, struct sock *sock, const struct dns_message *message)
{
	const void *name = (void *)message->name;
	bool connected = BPF_CORE_READ(sock, __sk_common.skc_dport);

	event->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	event->port = DNS_PORT;
	if (event->family == AF_INET && connected)
		bpf_core_read(event->address, 4, &sock->__sk_common.skc_daddr);
	else if (event->family == AF_INET)
		bpf_probe_read_user(event->address, 4, name + SIN_ADDRESS_OFFSET);
	else if (connected)
		bpf_core_read(event->address, 16, &sock->__sk_common.skc_v6_daddr);
	else
		bpf_probe_read_user(event->address, 16, name + SIN6_ADDRESS_OFFSET);
	return 0;
}

static __noinline int fill_dns(struct frame *frame, struct sock *sock, const struct syscall *call)
{
	struct dns_event *event = (void *)frame->record;
	struct dns_message *message = &frame->dns;
	struct dns_question question = {};
	struct part part = {
		.from = (void *)message->from,
		.length = message->at_hand,
		.memory = PART_USER,
	};

	event->header.flags |= EVENT_USER_MEMORY;
	record_flag_racy(frame);
	event->fd = call->arguments[0];
	event->transport = BPF_CORE_READ(sock, sk_type) == SOCK_STREAM ? DNS_TCP : DNS_UDP;
	event->net_namespace = net_namespace_of(sock);
	dns_server_store(event, sock, message);
	dns_question_read(&question, message, message->from);
	if (message->at_hand >= DNS_ID_BYTES)
		event->latency_ns = dns_question_take(&question);
	record_append(frame, &event->message, &part);
	event->message.full_length = message->bytes;
	return 0;
}

#endif
