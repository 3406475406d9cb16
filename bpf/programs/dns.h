/*
 * Calls that receive from name servers and send to them, at their return. They have a program of
 * their own: other events list some of the same calls, and reading and writing is frequent.
 */
#ifndef SPOOR_PROGRAMS_DNS_H
#define SPOOR_PROGRAMS_DNS_H

#include "../events/dns.h"
#include "begin.h"
#include "results.h"

/* In place of a form: look at the first argument. */
#define DNS_SOCKETCALL 255

/* Messages that are looked at in the bytes of one call on a stream. */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define DNS_STREAM_MESSAGES_MAX 4
#else
#define DNS_STREAM_MESSAGES_MAX 64
#endif

#if defined(__TARGET_ARCH_x86)
#define DNS_NATIVE(kind, x86, i386, arm64, form) [x86] = form,
#define DNS_COMPAT(kind, x86, i386, arm64, form) [i386] = form,
#else
#define DNS_NATIVE(kind, x86, i386, arm64, form) [arm64] = form,
#define DNS_COMPAT(kind, x86, i386, arm64, form)
#endif

const volatile __u8 dns_native_calls[SYSCALL_SLOTS] = { SYSCALLS_dns(DNS_NATIVE, 0) };
const volatile __u8 dns_compat_calls[SYSCALL_SLOTS] = {
	SYSCALLS_dns(DNS_COMPAT, 0)
	[I386_SOCKETCALL] = DNS_SOCKETCALL,
};

static __always_inline __u8 dns_form(__u32 number, bool compat)
{
	if (number >= SYSCALL_SLOTS || number == NONE)
		return DNS_NO_CALL;
	return compat ? dns_compat_calls[number] : dns_native_calls[number];
}

/* Returns whether the task is in one of the calls, and finds its form. */
static __always_inline bool dns_call_identify(struct syscall *call, struct pt_regs *regs)
{
	__u8 native = dns_form(syscall_number(regs), false);
	__u8 compat = dns_form(syscall_number(regs), true);

	if (!native && !compat)
		return false;
	call->kind = EVENT_DNS;
	call->in_memory = false;
	call->compat = is_compat_task(current_task());
	if (call->compat && compat == DNS_SOCKETCALL)
		compat = dns_form(socketcall_number(regs), true);
	call->form = call->compat ? compat : native;
	return call->form;
}

/* A function of its own, for the stack's sake. */
static __noinline int tell_dns(struct frame *frame, const struct scope_set *set, struct sock *sock,
			       const struct syscall *call)
{
	syscall_begin(frame, set, call, EVENT_DNS, sizeof(struct dns_event));
	call_flag_doubtful(frame, call);
	fill_dns(frame, sock, call);
	record_append_exe(frame);
	record_end(frame, activity);
	return 0;
}

/* The messages of one call. */
struct dns_walk {
	struct frame *frame;
	const struct scope_set *set;
	struct sock *sock;
	const struct syscall *call;
};

/* 1 at the end. */
static __noinline long dns_datagram_step(__u32 index, struct dns_walk *walk)
{
	struct frame *frame = walk->frame;
	struct dns_message *message = &frame->dns;

	if (index >= frame->messages || !dns_message_find(message, walk->call, index))
		return 1;
	if (dns_server_port(walk->sock, message) != DNS_PORT)
		return 0;
	dns_message_take(message, message->left, message->left);
	if (dns_sends(walk->call))
		dns_question_sent(message, walk->call, DNS_UDP);
	else if (dns_is_answer(message))
		tell_dns(frame, walk->set, walk->sock, walk->call);
	return 0;
}

/* 1 at the end. */
static __noinline long dns_stream_step(__u32 index, struct dns_walk *walk)
{
	struct frame *frame = walk->frame;

	if (!dns_stream_next(&frame->dns, &frame->dns_stream, walk->call))
		return 1;
	if (dns_is_answer(&frame->dns))
		tell_dns(frame, walk->set, walk->sock, walk->call);
	return 0;
}

#ifdef SPOOR_WITHOUT_BPF_LOOP
#define DNS_WALK(most, step, walk)                                                                             \
	for (int i = 0; i < most; i++)                                                                         \
		if (step(i, walk))                                                                             \
			break;
#else
#define DNS_WALK(most, step, walk) bpf_loop(most, step, walk, 0);
#endif

static __noinline int tell_datagrams(struct frame *frame, struct dns_walk *walk)
{
	const struct syscall *call = walk->call;
	bool several = call->form == DNS_RECVMMSG || call->form == DNS_SENDMMSG;

	frame->messages = several ? call->result : 1;
	DNS_WALK(SEND_MESSAGES_MAX, dns_datagram_step, walk)
	return 0;
}

static __noinline int tell_stream(struct frame *frame, struct dns_walk *walk)
{
	struct dns_stream *stream = &frame->dns_stream;
	const struct dns_stream *kept;
	__u64 key = frame->dns.socket;

	if (!dns_message_find(&frame->dns, walk->call, 0))
		return 0;
	if (dns_sends(walk->call))
		return dns_question_sent(&frame->dns, walk->call, DNS_TCP);
	__builtin_memset(stream, 0, sizeof(*stream));
	kept = bpf_map_lookup_elem(&dns_streams, &key);
	if (kept)
		*stream = *kept;
	DNS_WALK(DNS_STREAM_MESSAGES_MAX, dns_stream_step, walk)
	/* Bytes that nothing looked at: the next call begins anywhere. */
	if (frame->dns.left)
		stream->lost = true;
	if (stream->rest || stream->expected || stream->lost)
		bpf_map_update_elem(&dns_streams, &key, stream, BPF_ANY);
	else if (kept)
		bpf_map_delete_elem(&dns_streams, &key);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(on_event_dns, struct pt_regs *regs, long result)
{
	struct subject subject;
	struct syscall call;
	struct dns_walk walk = { .call = &call };
	struct sock *sock;

	if (result <= 0 || !dns_call_identify(&call, regs))
		return 0;
	if (call_result(call_word(&call), result, syscall_trapped_result(regs)) != result)
		return 0;
	call.result = result;
	call.number = syscall_raw_number(regs);
	syscall_arguments(&call, regs);
	subject = subject_of(current_task());
	sock = sock_of_file(file_of_fd(subject.task, call.arguments[0]));
	if (!sock || !dns_is_due(sock, &call))
		return 0;
	walk.sock = sock;
	walk.set = scopes_current();
	walk.frame = frame_take(EVENT_DNS);
	if (!walk.frame)
		return 0;
	walk.frame->dns.socket = inode_of_sock(sock);
	if (walk.set && (dns_sends(&call) || (collect(walk.frame, &subject, walk.set, ORIGIN_RECOVERED_KERNEL) &&
					      (walk.frame->matched & walk.set->events[EVENT_DNS])))) {
		if (BPF_CORE_READ(sock, sk_type) == SOCK_STREAM)
			tell_stream(walk.frame, &walk);
		else
			tell_datagrams(walk.frame, &walk);
	}
	frame_release();
	return 0;
}

#endif
