#ifndef SPOOR_EVENTS_CONNECT_H
#define SPOOR_EVENTS_CONNECT_H

#include "../lib/signals.h"
#include "../maps/peers.h"
#include "caller.h"
#include "endpoint.h"

#define EINPROGRESS 115

/* Each is also the form of its system calls. */
enum connect_call { CONNECT_CONNECT, CONNECT_SENDTO, CONNECT_SENDMSG, CONNECT_SENDMMSG };

#define SYSCALLS_connect(SYSCALL, kind)                                                                        \
	SYSCALL(kind, 42, 362, 203, CONNECT_CONNECT)                                                           \
	SYSCALL(kind, NONE, SOCKETCALL(3), NONE, CONNECT_CONNECT)                                              \
	SYSCALL(kind, 44, 369, 206, CONNECT_SENDTO)                                                            \
	SYSCALL(kind, NONE, SOCKETCALL(11), NONE, CONNECT_SENDTO)                                              \
	SYSCALL(kind, 46, 370, 211, CONNECT_SENDMSG)                                                           \
	SYSCALL(kind, NONE, SOCKETCALL(16), NONE, CONNECT_SENDMSG)                                             \
	SYSCALL(kind, 307, 345, 269, CONNECT_SENDMMSG)                                                         \
	SYSCALL(kind, NONE, SOCKETCALL(20), NONE, CONNECT_SENDMMSG)

/* include/linux/net.h, include/linux/socket.h, include/net/tcp_states.h */
#define SOCK_STREAM 1
#define SOCK_SEQPACKET 5
#define MSG_FASTOPEN 0x20000000
#define TCP_SYN_SENT 2
#define TCP_SYN_RECV 3
#define TCP_CLOSE 7

/* In place of an outcome: the call connects nothing. */
#define CONNECT_NO_OUTCOME 1

/*
 * A socket was connected, or could not be. A process sent the first datagram of a socket to a peer
 * that the call named: a socket that is not connected has no other peer.
 */
struct connect_event {
	struct event_header header;
	/* what the call returned: 0, or -errno; -EINPROGRESS for a socket that does not block */
	__s32 result;
	__s32 fd;
	__u16 family;
	/* host byte order */
	__u16 port;
	/*
	 * The outcome of the connection: 0, or -errno. -EINPROGRESS if it was not known at the return.
	 * 1 (CONNECT_NO_OUTCOME) for datagrams.
	 */
	__s32 outcome;
	/* network byte order; the first four bytes for AF_INET */
	__u8 address[16];
	/*
	 * Of AF_UNIX: the path of the peer as the kernel resolved it, or `@` and its abstract name; of
	 * a failed call and of a datagram the name as the caller gave it (EVENT_USER_MEMORY).
	 */
	struct var_bytes path;
	enum connect_call call;
	/* inode number of the network namespace of the socket; 0: not known */
	__u32 net_namespace;
};

static __always_inline bool is_tcp_like(struct sock *sock)
{
	__u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);

	return BPF_CORE_READ(sock, sk_type) == SOCK_STREAM && (family == AF_INET || family == AF_INET6);
}

/*
 * Of a connection over loopback the whole handshake runs inside the call. At the return the socket
 * knows how it ended, also where the call says that it is under way.
 */
static __noinline int connect_outcome(struct sock *sock, __s32 result)
{
	__u8 state;
	int error;

	if (!sock || (result < 0 && result != -EINPROGRESS && result != -EINTR) || !is_tcp_like(sock))
		return result < 0 ? result : 0;
	state = BPF_CORE_READ(sock, __sk_common.skc_state);
	if (state == TCP_SYN_SENT || state == TCP_SYN_RECV)
		return -EINPROGRESS;
	if (state != TCP_CLOSE)
		return 0;
	/* With TCP_FASTOPEN_CONNECT connect() returns 0 and does nothing until the first write. */
	if (result >= 0)
		return BPF_CORE_READ(sock, sk_socket, state) == SS_CONNECTING ? -EINPROGRESS : 0;
	error = BPF_CORE_READ(sock, sk_err);
	return error ? -error : -EINPROGRESS;
}

/* Fills the key of a peer, apart from its address, which the caller adds. */
static __always_inline void peer_begin(struct frame *frame, struct sock *sock)
{
	struct event_header *header = (void *)frame->record;
	struct peer *peer = &frame->peer;

	__builtin_memset(peer, 0, sizeof(*peer));
	peer->socket = inode_of_sock(sock);
	peer->tgid = header->tgid;
	peer->scopes_version = header->scopes_version;
}

/* Keeps that a connection was told before a call returned 0 for it. */
static __always_inline void connection_keep(struct frame *frame, struct sock *sock)
{
	peer_begin(frame, sock);
	peer_keep(&frame->peer);
}

/*
 * A call that asks how an earlier one went returns 0 when that is connected. The connection was
 * told then, and is not told twice. False when this is such a call.
 */
static __noinline int is_new_connection(struct frame *frame, struct sock *sock, struct connect_event *event)
{
	struct peer *peer = &frame->peer;

	if (!is_tcp_like(sock))
		return true;
	peer_begin(frame, sock);
	if (event->outcome == 0 && event->result != 0) {
		peer_keep(peer);
		return true;
	}
	if (event->result != 0)
		return true;
	/* Deletes what it finds: a socket may be disconnected and connected again. */
	return bpf_map_delete_elem(&peers, peer) || event->family == AF_UNSPEC;
}

/*
 * Returns whether the event must name the caller's address instead of the socket's peer: the socket
 * is not proven, and its peer has another name. If the family is not AF_UNIX, the caller's address
 * is always used.
 */
static __always_inline bool is_another_peer(struct frame *frame, const struct endpoint *endpoint,
					    const struct syscall *call)
{
	struct connect_event *event = (void *)frame->record;

	if (!(event->header.flags & EVENT_RACY) || !tables_were_shared(frame))
		return false;
	if (endpoint->family != AF_UNIX)
		return true;
	return caller_disagrees(frame, &event->path, (void *)call->arguments[1] + SUN_PATH_OFFSET);
}

static __noinline int fill_connection(struct frame *frame, struct sock *sock, const struct syscall *call)
{
	struct connect_event *event = (void *)frame->record;
	struct endpoint endpoint = {};
	__u32 size = frame->size;
	bool has_peer = sock && (event->result == 0 || event->result == -EINPROGRESS || event->result == -EINTR);

	if (!has_peer || !endpoint_of_peer(frame, &endpoint, &event->path, sock) || is_another_peer(frame, &endpoint, call)) {
		frame->size = size;
		__builtin_memset(&event->path, 0, sizeof(event->path));
		endpoint_of_caller(frame, &endpoint, &event->path, call);
	}
	endpoint_store(event, &endpoint);
	event->outcome = connect_outcome(sock, event->result);
	if (endpoint.family == AF_UNSPEC && event->result == 0)
		event->outcome = CONNECT_NO_OUTCOME;
	return !sock || is_new_connection(frame, sock, event);
}

/*
 * The address is in the call's second and third argument (`send_of_message`). False when there is
 * nothing to tell.
 */
static __noinline int fill_datagram(struct frame *frame, struct sock *sock, const struct syscall *call)
{
	struct connect_event *event = (void *)frame->record;
	__u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);
	struct endpoint endpoint = {};
	struct peer *peer = &frame->peer;
	__u32 length;

	endpoint_of_caller(frame, &endpoint, &event->path, call);
	/*
	 * UDP over IPv4 takes an address of no family for its own. Over IPv6 the kernel passes over it.
	 */
	if (endpoint.family == AF_UNSPEC && family == AF_INET)
		endpoint_of_ipv4(&endpoint, call);
	if (endpoint.family != AF_INET && endpoint.family != AF_INET6 && endpoint.family != AF_UNIX)
		return false;
	endpoint_store(event, &endpoint);
	event->outcome = CONNECT_NO_OUTCOME;
	peer_begin(frame, sock);
	peer->result = event->result;
	peer->family = endpoint.family;
	peer->port = endpoint.port;
	if (endpoint.family == AF_UNIX) {
		length = event->path.length;
		if (length > PEER_ADDRESS_MAX)
			length = PEER_ADDRESS_MAX;
		bpf_probe_read_kernel(peer->address, length, &frame->record[event->path.offset & RECORD_MASK]);
	} else {
		__builtin_memcpy(peer->address, endpoint.address, sizeof(endpoint.address));
	}
	return !peer_is_known(peer);
}

static __always_inline bool fill_connect(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct connect_event *event = (void *)frame->record;
	struct sock *sock = sock_of_call(frame, task, call);
	__u16 type;

	event->result = call->result < 0 ? call->result : 0;
	event->fd = call->arguments[0];
	event->call = call->form;
	event->net_namespace = net_namespace_of(sock);
	frame->connecting = (unsigned long)sock;
	if (call->form == CONNECT_CONNECT)
		return fill_connection(frame, sock, call);
	type = BPF_CORE_READ(sock, sk_type);
	if (type == SOCK_STREAM && call->arguments[3] & MSG_FASTOPEN)
		return fill_connection(frame, sock, call);
	if (sock && type != SOCK_STREAM && type != SOCK_SEQPACKET)
		return fill_datagram(frame, sock, call);
	/*
	 * No socket for datagrams, unless another task has put it there since: then the address
	 * that was named is told.
	 */
	return event->header.flags & EVENT_RACY && call->result >= 0 && fill_datagram(frame, sock, call);
}

#endif
