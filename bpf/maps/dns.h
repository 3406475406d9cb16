/*
 * Questions to name servers that wait for their answers, TCP connections to name servers, and the
 * message in hand.
 */
#ifndef SPOOR_MAPS_DNS_H
#define SPOOR_MAPS_DNS_H

#include "../lib/syscalls.h"

/* A message that a process received from a name server, or sent to it. */
struct dns_message {
	/* the inode of the socket */
	__u64 socket;
	/* address and size of the caller's buffer, from the first byte that was not looked at */
	__u64 buffer;
	__u64 room;
	/* address of the iovec of the next buffer; 0: there is none */
	__u64 next;
	/* bytes of the call that were not looked at */
	__u64 left;
	/* address of the peer that the call named; 0: it named none */
	__u64 name;
	/* the message in the caller's memory: address, bytes that are at hand, all bytes */
	__u64 from;
	__u32 at_hand;
	__u32 bytes;
};

struct dns_question {
	/* the inode of the socket */
	__u64 socket;
	/* the id of the message */
	__u16 id;
	__u16 unused[3];
};

/*
 * How much a connection has received of the current message. Two bytes with the length begin each
 * message.
 */
struct dns_stream {
	/* bytes that remain of a message whose beginning was reported */
	__u32 rest;
	/* the length of a message that has not begun */
	__u16 expected;
	/* 1: the next byte may be any byte of a message, so nothing is reported any more */
	__u16 lost;
};

#ifndef SPOOR_LEAN
/*
 * When each question was sent: CLOCK_BOOTTIME, nanoseconds. The answer to a question that is lost
 * here has no latency.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct dns_question);
	__type(value, __u64);
} dns_questions SEC(".maps");

/* By the inode of the socket. A connection without an entry is at the beginning of a message. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct dns_stream);
} dns_streams SEC(".maps");

static __always_inline void dns_question_keep(const struct dns_question *question)
{
	__u64 now = bpf_ktime_get_boot_ns();

	bpf_map_update_elem(&dns_questions, question, &now, BPF_ANY);
}

/* Returns the nanoseconds since a question was sent, and forgets it; 0 when it is not known. */
static __always_inline __u64 dns_question_take(const struct dns_question *question)
{
	__u64 *sent = bpf_map_lookup_elem(&dns_questions, question);
	__u64 latency_ns;

	if (!sent)
		return 0;
	latency_ns = bpf_ktime_get_boot_ns() - *sent;
	bpf_map_delete_elem(&dns_questions, question);
	return latency_ns;
}
#endif

#endif
