/*
 * Events at the return of system calls. One program sees every return and leaves at once unless the call is listed by
 * an event that is on; then it goes over, by a tail call, to that event's own program. The raw hook sees 32-bit
 * callers too, which the kernel's per-call tracepoints do not.
 */
#ifndef SPOOR_PROGRAMS_SYSCALL_H
#define SPOOR_PROGRAMS_SYSCALL_H

#include "../events/connect.h"
#include "../events/open.h"
#include "collect.h"

#define NO_ENTRIES(number, NAME, name, ring)

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

const volatile struct syscall_entry native_syscalls[SYSCALL_NUMBERS] = { FOR_EACH_EVENT(NO_ENTRIES, NATIVE_ENTRIES) };
const volatile struct syscall_entry compat_syscalls[SYSCALL_NUMBERS] = { FOR_EACH_EVENT(NO_ENTRIES, COMPAT_ENTRIES) };

/* By `enum event_kind`: the programs of the events that are on, put in by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, EVENT_KINDS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} syscall_events SEC(".maps");

static __always_inline const volatile struct syscall_entry *syscall_entry_of(struct pt_regs *regs, bool compat)
{
	__u32 number = syscall_number(regs);

	/* 0 is a call that no event lists, on any architecture. */
	if (number >= NONE)
		number = 0;
	return compat ? &compat_syscalls[number] : &native_syscalls[number];
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs)
{
	__u32 native = syscall_entry_of(regs, false)->kind;
	__u32 compat = syscall_entry_of(regs, true)->kind;
	__u32 kind;

	/* Few calls are listed at all: the question who calls is asked of those only. */
	if (!native && !compat)
		return 0;
	kind = is_compat_task(current_task()) ? compat : native;
	if (kind && (enabled_events >> kind & 1))
		bpf_tail_call(ctx, &syscall_events, kind);
	return 0;
}

static __always_inline void syscall_read(struct syscall *call, struct pt_regs *regs, long result)
{
	call->compat = is_compat_task(current_task());
	call->form = syscall_entry_of(regs, call->compat)->form;
	call->result = result;
	syscall_arguments(call, regs);
}

#define SYSCALL_PROGRAM(number, NAME, name, ring)                                                              \
	SEC("?tp_btf/sys_exit")                                                                                \
	int BPF_PROG(on_syscall_##name, struct pt_regs *regs, long result)                                     \
	{                                                                                                      \
		const struct scope_set *set = scopes_current();                                                \
		struct frame *frame = frame_take(EVENT_##NAME);                                                \
		struct task_struct *task = current_task();                                                     \
		struct subject subject = subject_of(task);                                                     \
		struct event_header *header;                                                                   \
		struct syscall call;                                                                           \
                                                                                                               \
		if (!frame)                                                                                    \
			return 0;                                                                              \
		if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL) &&                            \
		    (frame->matched & set->events[EVENT_##NAME])) {                                             \
			syscall_read(&call, regs, result);                                                     \
			header = record_begin(frame, set, EVENT_##NAME, sizeof(struct name##_event));          \
			if (call.compat)                                                                       \
				header->flags |= EVENT_COMPAT;                                                 \
			fill_##name(frame, task, &call);                                                       \
			record_append_exe(frame);                                                              \
			record_end(frame, ring);                                                               \
		}                                                                                              \
		frame_release();                                                                               \
		return 0;                                                                                      \
	}
#define NO_PROGRAM(number, NAME, name, ring)

FOR_EACH_EVENT(NO_PROGRAM, SYSCALL_PROGRAM)

#endif
