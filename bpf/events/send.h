/* Messages that a call sends to addresses of its own: sendto(), sendmsg(), sendmmsg(). */
#ifndef SPOOR_EVENTS_SEND_H
#define SPOOR_EVENTS_SEND_H

#include "connect.h"

/*
 * sizeof(struct mmsghdr), sizeof(struct compat_mmsghdr); the name and its length come first in
 * both.
 */
#define MMSGHDR_SIZE 64
#define COMPAT_MMSGHDR_SIZE 32

/*
 * UIO_MAXIOV: the kernel sends no more in one call. Without bpf_loop the verifier reads each
 * message.
 */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define SEND_MESSAGES_MAX 4
#else
#define SEND_MESSAGES_MAX 1024
#endif

struct message_name {
	__u64 address;
	__u32 length;
};

static __always_inline void message_name_read(struct message_name *name, const struct syscall *call, __u32 index)
{
	const void *message = (void *)call->arguments[1];
	__u32 compat[2] = {};

	name->address = 0;
	name->length = 0;
	if (call->form == CONNECT_SENDTO) {
		name->address = call->arguments[4];
		name->length = call->arguments[5];
	} else if (call->compat) {
		bpf_probe_read_user(compat, sizeof(compat), message + (__u64)index * COMPAT_MMSGHDR_SIZE);
		name->address = compat[0];
		name->length = compat[1];
	} else {
		message += (__u64)index * MMSGHDR_SIZE;
		bpf_probe_read_user(&name->address, sizeof(name->address), message);
		bpf_probe_read_user(&name->length, sizeof(name->length), message + sizeof(name->address));
	}
}

/*
 * Asked before anything is collected: most messages go to the peer of a connected socket and have
 * no address. A second message of sendmmsg() is only looked at later.
 */
static __always_inline bool send_may_name_peer(const struct syscall *call)
{
	struct message_name name;

	message_name_read(&name, call, 0);
	return name.address || (call->form == CONNECT_SENDMMSG && (__u32)call->arguments[2] > 1);
}

/* One message as a call that has the arguments of connect(), and the flags behind them. */
static __noinline int send_of_message(struct syscall *send, const struct syscall *call, __u32 index)
{
	struct message_name name;

	message_name_read(&name, call, index);
	send->arguments[0] = call->arguments[0];
	send->arguments[1] = name.address;
	send->arguments[2] = name.length;
	send->arguments[3] = call->form == CONNECT_SENDMSG ? call->arguments[2] : call->arguments[3];
	send->arguments[4] = send->arguments[5] = 0;
	send->result = call->result;
	send->kind = call->kind;
	send->form = call->form;
	send->compat = call->compat;
	send->in_memory = call->in_memory;
	return 0;
}

/* How many messages there are to look at: of a failed call, the one that failed. */
static __noinline int send_messages(const struct syscall *call)
{
	if (call->form != CONNECT_SENDMMSG || call->result < 1)
		return 1;
	return call->result < SEND_MESSAGES_MAX ? call->result : SEND_MESSAGES_MAX;
}

#endif
