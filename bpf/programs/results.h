/*
 * Decides which results are reported. Numbers and results of calls are registers of the caller,
 * which seccomp and a tracer can change. A result that the call cannot have is not reported.
 */
#ifndef SPOOR_PROGRAMS_RESULTS_H
#define SPOOR_PROGRAMS_RESULTS_H

#include "../events/connect.h"
#include "../events/ids.h"
#include "../events/map_exec.h"
#include "../events/privileged_call.h"
#include "../lib/results.h"

/* In place of a result: the call did not run, or the kernel repeats it. Nothing is told. */
#define CALL_NOT_TOLD (1LL << 40)

/* Of the events of extensions: each header defines RETURNS_ZERO_<name>. */
#ifndef SPOOR_EXTENDED
#define EXTENSION_RETURNS_ZERO 0
#endif

/* The events whose calls return 0 or an error, in each of their forms. */
#define RETURNS_ZERO                                                                                           \
	(1ULL << EVENT_UNLINK | 1ULL << EVENT_RENAME | 1ULL << EVENT_CHMOD | 1ULL << EVENT_CHOWN |             \
	 1ULL << EVENT_MKDIR | 1ULL << EVENT_BIND | 1ULL << EVENT_LISTEN | 1ULL << EVENT_KILL |                \
	 1ULL << EVENT_CAPSET | 1ULL << EVENT_MOUNT | 1ULL << EVENT_MODULE_LOAD | 1ULL << EVENT_LINK |     \
	 1ULL << EVENT_SYMLINK | 1ULL << EVENT_MKNOD | 1ULL << EVENT_NAMESPACE |            \
	 1ULL << EVENT_TRUNCATE | 1ULL << EVENT_SETXATTR | EXTENSION_RETURNS_ZERO)

/* The kind, the form and the width of a call in one number. */
static __always_inline __u32 call_word(const struct syscall *call)
{
	__u32 word = call->kind << 16 | call->form << 8 | call->compat << 1;

	barrier_var(word);
	return word;
}

static __always_inline bool returns_zero(__u32 word)
{
	__u32 kind = word >> 16, form = word >> 8 & 0xff;

	if (kind == EVENT_CONNECT)
		return form == CONNECT_CONNECT;
	if (kind == EVENT_MAP_EXEC)
		return form == MAPPING_MPROTECT || form == MAPPING_PKEY_MPROTECT;
	if (kind == EVENT_SETUID || kind == EVENT_SETGID)
		return (form & ~SETIDS_16) != SETIDS_SETFS;
	if (kind == EVENT_PRIVILEGED)
		return !(PRIVILEGED_NUMBERS >> (form & ~PRIVILEGED_TIME_64 & 15) & 1);
	return RETURNS_ZERO >> (kind & (EVENT_KINDS_MAX - 1)) & 1;
}

/*
 * The result of a call as its caller gets it, or CALL_NOT_TOLD. A call that a signal interrupts is
 * told at its end: when it returns EINTR, or when the kernel has repeated it. `trapped` is what
 * SECCOMP_RET_TRAP makes of the result. The verifier looks at the function once a program: it takes
 * numbers alone.
 */
__noinline long call_result(__u32 word, long result, long trapped)
{
	struct task_struct *task = current_task();

	if (is_restart(result))
		return ends_with_eintr(task, result) ? -EINTR : CALL_NOT_TOLD;
	if (result < -MAX_ERRNO || (result > 0 && returns_zero(word)))
		return CALL_NOT_TOLD;
	if (result == trapped && has_seccomp_filter(task) && is_trapped(task))
		return CALL_NOT_TOLD;
	return result;
}

/*
 * Returns whether a tracer or a seccomp filter can have answered the call in place of the kernel. A
 * tracer can change the registers of the task. An error that a filter returned counts as the result
 * of the call.
 */
__noinline int call_is_doubtful(__u32 number, __u32 compat, long result)
{
	struct task_struct *task = current_task();

	if (task_field(task, ptrace))
		return true;
	return result >= 0 && is_answered_by_filter(task, number, compat);
}

/* A function of its own, for the stack's sake. */
static __noinline int call_flag_doubtful(struct frame *frame, const struct syscall *call)
{
	struct event_header *header = (void *)frame->record;

	/* Not a branch: the verifier would walk what follows twice. */
	header->flags |=
		EVENT_RACY * ((call_is_doubtful(call->number, call->compat, call->result) | frame->words.traced) & 1);
	return 0;
}

#endif
