/* The messages in the bytes of a call on the socket of a name server's client. */
#ifndef SPOOR_EVENTS_DNS_MESSAGE_H
#define SPOOR_EVENTS_DNS_MESSAGE_H

#include "../maps/dns.h"
#include "endpoint.h"
#include "send.h"

#define DNS_PORT 53

enum dns_transport { DNS_UDP, DNS_TCP };

/* Each is also the form of its system calls. Those that send come last. */
enum dns_call {
	DNS_NO_CALL,
	DNS_RECV,
	DNS_RECVFROM,
	DNS_RECVMSG,
	DNS_RECVMMSG,
	DNS_READ,
	DNS_READV,
	DNS_SEND,
	DNS_SENDTO,
	DNS_SENDMSG,
	DNS_SENDMMSG,
	DNS_WRITE,
	DNS_WRITEV,
};

#define SYSCALLS_dns(SYSCALL, kind)                                                                            \
	SYSCALL(kind, 45, 371, 207, DNS_RECVFROM)                                                              \
	SYSCALL(kind, NONE, SOCKETCALL(12), NONE, DNS_RECVFROM)                                                \
	SYSCALL(kind, NONE, SOCKETCALL(10), NONE, DNS_RECV)                                                    \
	SYSCALL(kind, 47, 372, 212, DNS_RECVMSG)                                                               \
	SYSCALL(kind, NONE, SOCKETCALL(17), NONE, DNS_RECVMSG)                                                 \
	SYSCALL(kind, 299, 337, 243, DNS_RECVMMSG)                                                             \
	SYSCALL(kind, NONE, 417, NONE, DNS_RECVMMSG)                                                           \
	SYSCALL(kind, NONE, SOCKETCALL(19), NONE, DNS_RECVMMSG)                                                \
	SYSCALL(kind, 0, 3, 63, DNS_READ)                                                                      \
	SYSCALL(kind, 19, 145, 65, DNS_READV)                                                                  \
	SYSCALL(kind, 44, 369, 206, DNS_SENDTO)                                                                \
	SYSCALL(kind, NONE, SOCKETCALL(11), NONE, DNS_SENDTO)                                                  \
	SYSCALL(kind, NONE, SOCKETCALL(9), NONE, DNS_SEND)                                                     \
	SYSCALL(kind, 46, 370, 211, DNS_SENDMSG)                                                               \
	SYSCALL(kind, NONE, SOCKETCALL(16), NONE, DNS_SENDMSG)                                                 \
	SYSCALL(kind, 307, 345, 269, DNS_SENDMMSG)                                                             \
	SYSCALL(kind, NONE, SOCKETCALL(20), NONE, DNS_SENDMMSG)                                                \
	SYSCALL(kind, 1, 4, 64, DNS_WRITE)                                                                     \
	SYSCALL(kind, 20, 146, 66, DNS_WRITEV)

/* include/linux/net.h, include/linux/socket.h */
#define SOCK_DGRAM 2
#define MSG_PEEK 2
#define MSG_ERRQUEUE 0x2000

/* Offsets in struct msghdr and compat_msghdr, and behind it the length in their mmsghdr. */
#define MSGHDR_IOV 16
#define MSGHDR_IOVLEN 24
#define MMSGHDR_LENGTH 56
#define COMPAT_MSGHDR_IOV 8
#define COMPAT_MSGHDR_IOVLEN 12
#define COMPAT_MMSGHDR_LENGTH 28

/* Bytes before the questions: the id, and the flags, of which the highest bit marks an answer. */
#define DNS_ID_BYTES 2
#define DNS_FLAGS_BYTES 3

static __always_inline bool dns_sends(const struct syscall *call)
{
	return call->form >= DNS_SEND;
}

/* An address or a size in the caller's memory. */
static __always_inline __u64 user_word(const void *from, bool compat)
{
	__u64 word = 0;

	bpf_probe_read_user(&word, compat ? 4 : 8, from);
	return word;
}

/* Goes on to the next buffer of an array of iovecs. */
static __always_inline void dns_next_buffer(struct dns_message *message, bool compat)
{
	const void *iov = (void *)message->next;

	message->buffer = user_word(iov, compat);
	message->room = user_word(iov + (compat ? 4 : 8), compat);
	message->next = 0;
}

/* Takes the first buffer of an array, and remembers the second. */
static __always_inline void dns_first_buffer(struct dns_message *message, bool compat, __u64 iov, __u64 count)
{
	message->next = iov;
	dns_next_buffer(message, compat);
	if (count > 1)
		message->next = iov + (compat ? 8 : 16);
}

/* Takes the buffers and the name of a struct msghdr. */
static __always_inline void dns_header(struct dns_message *message, bool compat, const void *header)
{
	__u64 iov = user_word(header + (compat ? COMPAT_MSGHDR_IOV : MSGHDR_IOV), compat);
	__u64 count = user_word(header + (compat ? COMPAT_MSGHDR_IOVLEN : MSGHDR_IOVLEN), compat);

	message->name = user_word(header, compat);
	dns_first_buffer(message, compat, iov, count);
}

/*
 * Finds the bytes of a call, or of one of the messages of recvmmsg() and sendmmsg(). Returns false
 * if the call leaves its message in the socket, or receives something else.
 */
VERIFIED_ONCE int dns_message_find(struct dns_message *message, const struct syscall *call, __u32 index)
{
	__u64 flags = 0;
	const void *header;
	__u32 size;

	/* The verifier requires this check, because another program might pass NULL. */
	if (!message || !call)
		return false;
	message->buffer = call->arguments[1];
	message->room = call->arguments[2];
	message->left = call->result;
	message->next = message->name = 0;
	switch (call->form) {
	case DNS_RECVFROM:
	case DNS_SENDTO:
		message->name = call->arguments[4];
		flags = call->arguments[3];
		break;
	case DNS_RECV:
		flags = call->arguments[3];
		break;
	case DNS_READV:
	case DNS_WRITEV:
		dns_first_buffer(message, call->compat, call->arguments[1], call->arguments[2]);
		break;
	case DNS_RECVMSG:
	case DNS_SENDMSG:
		dns_header(message, call->compat, (void *)call->arguments[1]);
		flags = call->arguments[2];
		break;
	case DNS_RECVMMSG:
	case DNS_SENDMMSG:
		size = call->compat ? COMPAT_MMSGHDR_SIZE : MMSGHDR_SIZE;
		header = (void *)call->arguments[1] + (__u64)index * size;
		dns_header(message, call->compat, header);
		/* An unsigned int in both forms. */
		message->left = user_word(header + (call->compat ? COMPAT_MMSGHDR_LENGTH : MMSGHDR_LENGTH), true);
		flags = call->arguments[3];
	}
	return !(flags & (MSG_PEEK | MSG_ERRQUEUE));
}

/* Drops the first bytes of a call, up to those of the second buffer. */
static __always_inline void dns_skip(struct dns_message *message, const struct syscall *call, __u64 bytes)
{
	message->left -= bytes;
	if (bytes >= message->room && message->next) {
		bytes -= message->room;
		dns_next_buffer(message, call->compat);
	}
	if (bytes > message->room)
		bytes = message->room;
	message->buffer += bytes;
	message->room -= bytes;
}

/* Takes the next `bytes` of a call for a message of `length` bytes. */
static __always_inline void dns_message_take(struct dns_message *message, __u32 length, __u64 bytes)
{
	message->from = message->buffer;
	message->at_hand = bytes < message->room ? bytes : message->room;
	message->bytes = length;
}

/*
 * Finds the next message of a stream in the bytes that a call received. Returns false if no message
 * begins in the rest of them.
 */
static __noinline int dns_stream_next(struct dns_message *message, struct dns_stream *stream, const struct syscall *call)
{
	__u64 bytes = stream->rest < message->left ? stream->rest : message->left;
	__be16 length = 0;

	dns_skip(message, call, bytes);
	stream->rest -= bytes;
	if (!message->left || stream->lost)
		return false;
	if (!stream->expected) {
		bpf_probe_read_user(&length, sizeof(length), (void *)message->buffer);
		stream->expected = bpf_ntohs(length);
		/* One byte of a length is not kept, and an empty message is not one. */
		if (message->left < sizeof(length) || message->room < sizeof(length) || !stream->expected) {
			stream->lost = true;
			return false;
		}
		dns_skip(message, call, sizeof(length));
		if (!message->left)
			return false;
	}
	bytes = stream->expected < message->left ? stream->expected : message->left;
	dns_message_take(message, stream->expected, bytes);
	stream->rest = stream->expected - bytes;
	stream->expected = 0;
	dns_skip(message, call, bytes);
	return true;
}

/* Returns the port of the server in host byte order; 0 when it is not known. */
static __always_inline __u16 dns_server_port(struct sock *sock, const struct dns_message *message)
{
	__be16 port = BPF_CORE_READ(sock, __sk_common.skc_dport);

	if (!port && message->name)
		bpf_probe_read_user(&port, sizeof(port), (void *)message->name + SIN_PORT_OFFSET);
	return bpf_ntohs(port);
}

/*
 * Returns whether a call uses a socket of a name server's client. Of several messages to and from
 * addresses of their own, the first one decides.
 */
static __noinline int dns_is_due(struct sock *sock, const struct syscall *call)
{
	__u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);
	__u16 type = BPF_CORE_READ(sock, sk_type);
	struct dns_message message = {};
	__u16 port;

	if (family != AF_INET && family != AF_INET6)
		return false;
	port = dns_server_port(sock, &message);
	if (port || type != SOCK_DGRAM)
		return port == DNS_PORT && (type == SOCK_DGRAM || type == SOCK_STREAM);
	return dns_message_find(&message, call, 0) && dns_server_port(sock, &message) == DNS_PORT;
}

/* Reads the id of a message, with the id of its socket. */
static __always_inline void dns_question_read(struct dns_question *question, const struct dns_message *message,
					      __u64 from)
{
	question->socket = message->socket;
	bpf_probe_read_user(&question->id, sizeof(question->id), (void *)from);
}

/* Returns whether a message is an answer. Too few bytes count as one that is malformed. */
static __always_inline bool dns_is_answer(const struct dns_message *message)
{
	__u8 flags = 0;

	if (message->at_hand < DNS_FLAGS_BYTES)
		return true;
	bpf_probe_read_user(&flags, sizeof(flags), (void *)message->from + DNS_ID_BYTES);
	return flags >> 7;
}

/* Keeps the time of a question. On a stream, its length is before it. */
static __noinline int dns_question_sent(struct dns_message *message, const struct syscall *call, int transport)
{
	struct dns_question question = {};

	if (transport == DNS_TCP)
		dns_skip(message, call, sizeof(__be16));
	if (message->room < DNS_ID_BYTES)
		return 0;
	dns_question_read(&question, message, message->buffer);
	dns_question_keep(&question);
	return 0;
}

#endif
