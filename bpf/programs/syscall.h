/*
 * Events at the return of system calls. One program sees every return and leaves at once unless the
 * call is listed by an event that is on. The raw hook sees 32-bit callers too, which the kernel's
 * per-call tracepoints do not.
 *
 * All events share the program, so that the verifier follows what they have in common once: it is
 * nine tenths of it. What is off it removes.
 */
#ifndef SPOOR_PROGRAMS_SYSCALL_H
#define SPOOR_PROGRAMS_SYSCALL_H

#include "../events/accept.h"
#include "../events/bind.h"
#include "../events/bpf.h"
#include "../events/capset.h"
#include "../events/chmod.h"
#include "../events/chown.h"
#include "../events/connect.h"
#include "../events/exec_failed.h"
#include "../events/io_uring.h"
#include "../events/kill.h"
#include "../events/link.h"
#include "../events/listen.h"
#include "../events/map_exec.h"
#include "../events/mkdir.h"
#include "../events/mknod.h"
#include "../events/module_load.h"
#include "../events/mount.h"
#include "../events/namespace.h"
#include "../events/open.h"
#include "../events/privileged.h"
#include "../events/process_vm.h"
#include "../events/ptrace.h"
#include "../events/rename.h"
#include "../events/send.h"
#include "../events/setgid.h"
#include "../events/setuid.h"
#include "../events/setxattr.h"
#include "../events/socket.h"
#include "../events/symlink.h"
#include "../events/truncate.h"
#include "../events/unlink.h"
#ifdef SPOOR_EXTENDED
#include <spoor_extension/events.h>
#endif
#include "begin.h"
#include "conditions.h"
#include "connect.h"
#include "connection_end.h"
#include "due.h"
#include "exec_failed.h"
#include "results.h"

#define NOTHING(number, NAME, name, ring)

#if defined(__TARGET_ARCH_x86)
#define NATIVE(kind_of, x86, i386, arm64, form_of) [x86] = { .kind = kind_of, .form = form_of },
#define COMPAT(kind_of, x86, i386, arm64, form_of) [i386] = { .kind = kind_of, .form = form_of },
#else
#define NATIVE(kind_of, x86, i386, arm64, form_of) [arm64] = { .kind = kind_of, .form = form_of },
/* 32-bit callers on arm64 have numbers of their own, which no event lists. */
#define COMPAT(kind_of, x86, i386, arm64, form_of)
#endif

#define NATIVE_ENTRIES(number, NAME, name, ring) SYSCALLS_##name(NATIVE, EVENT_##NAME)
#define COMPAT_ENTRIES(number, NAME, name, ring) SYSCALLS_##name(COMPAT, EVENT_##NAME)
#define KIND_BIT(number, NAME, name, ring) | 1ULL << number

const volatile struct syscall_entry native_syscalls[SYSCALL_SLOTS] = {
	FOR_EACH_EVENT(NOTHING, NATIVE_ENTRIES)
};
const volatile struct syscall_entry compat_syscalls[SYSCALL_SLOTS] = {
	FOR_EACH_EVENT(NOTHING, COMPAT_ENTRIES)
	[I386_SOCKETCALL] = { .kind = KIND_SOCKETCALL },
};
/* For the loader: the events that need this program, as bits of `enabled_events`. */
const volatile __u64 syscall_events = 0 FOR_EACH_EVENT(NOTHING, KIND_BIT);

static __always_inline const volatile struct syscall_entry *syscall_entry_of(__u32 number, bool compat)
{
	/* 0 is a call that no event lists, on any architecture. */
	if (number >= SYSCALL_SLOTS || number == NONE)
		number = 0;
	return compat ? &compat_syscalls[number] : &native_syscalls[number];
}

/* Finds the event that lists the task's current call, and the form. `kind` is 0 without one. */
static __always_inline void syscall_identify(struct syscall *call, struct pt_regs *regs)
{
	const volatile struct syscall_entry *native = syscall_entry_of(syscall_number(regs), false);
	const volatile struct syscall_entry *entry = syscall_entry_of(syscall_number(regs), true);

	call->kind = 0;
	/* Few calls are listed at all: the question who calls is asked of those only. */
	if (!native->kind && !entry->kind)
		return;
	call->in_memory = false;
	call->compat = is_compat_task(current_task());
	if (!call->compat)
		entry = native;
	else if (entry->kind == KIND_SOCKETCALL)
		entry = syscall_entry_of(socketcall_number(regs), true);
	call->kind = entry->kind;
	call->form = entry->form;
}

/* A function an event, for the stack's sake. 1 when the event was told. */
#define TELL(number, NAME, name, ring)                                                                         \
	static __noinline int tell_##name(struct frame *frame, const struct scope_set *set,                    \
					  struct task_struct *task, const struct syscall *call)                \
	{                                                                                                      \
		if (!(frame->matched & set->events[EVENT_##NAME]))                                             \
			return 0;                                                                              \
		syscall_begin(frame, set, call, EVENT_##NAME, sizeof(struct name##_event));                    \
		call_flag_doubtful(frame, call);                                                               \
		if (!fill_##name(frame, task, call) || !record_judge(frame, set, EVENT_##NAME))                \
			return 0;                                                                              \
		record_append_exe(frame);                                                                      \
		record_end(frame, ring);                                                                       \
		return 1;                                                                                      \
	}
FOR_EACH_EVENT(NOTHING, TELL)

#define TELL_CASE(number, NAME, name, ring)                                                                    \
	case EVENT_##NAME:                                                                                     \
		return enabled_events >> number & 1 ? tell_##name(frame, set, task, call) : 0;

/* The messages of one call, each to an address of its own. */
struct send_walk {
	struct frame *frame;
	const struct scope_set *set;
	struct task_struct *task;
	const struct syscall *call;
};

/* 1 at the end. */
static __noinline long send_step(__u32 index, struct send_walk *walk)
{
	struct syscall *send = &walk->frame->send;

	if (index >= walk->frame->messages)
		return 1;
	send_of_message(send, walk->call, index);
	if (!send->arguments[1] || !send->arguments[2])
		return 0;
	if (!tell_connect(walk->frame, walk->set, walk->task, send))
		return 0;
	peer_keep(&walk->frame->peer);
	keep_pending(walk->frame, walk->set);
	return 0;
}

static __noinline int tell_sends(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				 const struct syscall *call)
{
	struct send_walk walk = {
		.frame = frame,
		.set = set,
		.task = task,
		.call = call,
	};

	frame->messages = send_messages(call);

#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < SEND_MESSAGES_MAX; i++)
		if (send_step(i, &walk))
			break;
#else
	bpf_loop(SEND_MESSAGES_MAX, send_step, &walk, 0);
#endif
	return 0;
}

/*
 * The mappings of one call that makes memory executable. The call is in the frame, where the
 * verifier knows no number and so finds all mappings alike.
 */
struct map_exec_walk {
	struct frame *frame;
	const struct scope_set *set;
	struct task_struct *task;
};

/* 1 at the end. */
static __noinline long map_exec_step(__u32 index, struct map_exec_walk *walk)
{
	struct frame *frame = walk->frame;
	__u64 address = frame->mapping.end;

	if (address >= frame->mappings_end)
		return 1;
	mapping_find(&frame->mapping, walk->task, address);
	tell_map_exec(frame, walk->set, walk->task, &frame->send);
	return !frame->mapping.end;
}

static __noinline int tell_map_execs(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				     const struct syscall *call)
{
	struct map_exec_walk walk = { .frame = frame, .set = set, .task = task };
	struct syscall *own = &frame->send;

	*own = *call;
	map_exec_arguments(own);
	if (!map_exec_has_range(own) && own->result < 0) {
		__builtin_memset(&frame->mapping, 0, sizeof(frame->mapping));
		return tell_map_exec(frame, set, task, own);
	}
	frame->mapping.end = map_exec_has_range(own) ? own->arguments[0] : own->result;
	/* A mapping that was made is one. So is the one that is reported of a call that failed. */
	frame->mappings_end = frame->mapping.end + 1;
	if (map_exec_has_range(own) && own->result >= 0)
		frame->mappings_end = own->arguments[0] + own->arguments[1];
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < MAPPINGS_MAX; i++)
		if (map_exec_step(i, &walk))
			break;
#else
	bpf_loop(MAPPINGS_MAX, map_exec_step, &walk, 0);
#endif
	return 0;
}

static __always_inline int tell(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				const struct syscall *call)
{
	const bool tells_ends = enabled_events >> EVENT_CONNECTION_END & 1;

	if ((enabled_events >> EVENT_CONNECT & 1) && call->kind == EVENT_CONNECT && call->form != CONNECT_CONNECT)
		return tell_sends(frame, set, task, call);
	if ((enabled_events >> EVENT_CONNECT & 1) && call->kind == EVENT_CONNECT) {
		if (tell_connect(frame, set, task, call))
			keep_pending(frame, set);
		return tells_ends ? connection_begin(frame, set, task, call) : 0;
	}
	/* Here, since behind the events of all other calls the verifier would walk it for each. */
	if (tells_ends && call->kind == EVENT_ACCEPT) {
		tell_accept(frame, set, task, call);
		return connection_begin(frame, set, task, call);
	}
	if ((enabled_events >> EVENT_MAP_EXEC & 1) && call->kind == EVENT_MAP_EXEC)
		return tell_map_execs(frame, set, task, call);
	switch (call->kind) {
		FOR_EACH_EVENT(NOTHING, TELL_CASE)
	}
	return 0;
}

/*
 * Takes what a hook inside the call has kept, before anything else: also of a call that nobody
 * wants, or the next one would have it.
 */
static __always_inline void commitment_take(struct frame *frame, const struct syscall *call, long result)
{
	bool makes_fd = call->kind == EVENT_OPEN || (call->kind == EVENT_ACCEPT && result >= 0);
	__u32 place = makes_fd ? COMMITTED_FD : call->kind;

	if (!committed_events)
		return;
	frame->committed.started_ns = 0;
	if (!(committed_events >> call->kind & 1))
		return;
	/* Not a branch: the verifier would walk what follows twice. */
	barrier_var(place);
	committed_take(&frame->committed, place);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	const struct scope_set *set;
	struct subject subject;
	struct syscall call;
	struct frame *frame;

	syscall_identify(&call, regs);
	if (!(enabled_events >> call.kind & 1) || !call.kind)
		return 0;
	result = call_result(call_word(&call), result, syscall_trapped_result(regs));
	if (result == CALL_NOT_TOLD)
		return 0;
	if ((enabled_events & DUE_KINDS) && !call_is_due(call_word(&call), regs, result * 2))
		return 0;
	set = scopes_current();
	frame = frame_take(call.kind);
	if (!frame)
		return 0;
	commitment_take(frame, &call, result);
	subject = subject_of(current_task());
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL)) {
		call.result = result;
		call.number = syscall_raw_number(regs);
		syscall_arguments(&call, regs);
		tell(frame, set, subject.task, &call);
	}
	frame_release();
	return 0;
}

#endif
