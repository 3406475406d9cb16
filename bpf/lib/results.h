/*
 * The result of a system call, and its origin. A result is read from the registers of the caller.
 * Seccomp, a supervisor behind it and a tracer can put a number there for a call that the kernel
 * never ran.
 */
#ifndef SPOOR_LIB_RESULTS_H
#define SPOOR_LIB_RESULTS_H

#include "signals.h"

/* include/linux/err.h: no error is greater. */
#define MAX_ERRNO 4095

/* include/uapi/linux/seccomp.h, include/uapi/asm-generic/siginfo.h and signal.h */
#define SECCOMP_MODE_FILTER 2
#define SYS_SECCOMP 1
#define SIGSYS 31

/* Signals that are looked at for the one of SECCOMP_RET_TRAP, the newest first. */
#define TRAP_SIGNALS_MAX 4

static __always_inline bool has_seccomp_filter(struct task_struct *task)
{
	return bpf_core_field_exists(task->seccomp.mode) && BPF_CORE_READ(task, seccomp.mode) == SECCOMP_MODE_FILTER;
}

/*
 * Returns whether SECCOMP_RET_TRAP kept the current call from running. Its signal waits in the
 * thread's own queue. No other thread can send one with its code, and the thread itself was in the
 * call.
 */
static __always_inline bool is_trapped(struct task_struct *task)
{
	struct list_head *head = (void *)task + bpf_core_field_offset(struct task_struct, pending.list);
	__u64 waiting = BPF_CORE_READ(task, pending.signal.sig[0]) & ~BPF_CORE_READ(task, blocked.sig[0]);
	struct list_head *link = head;
	struct sigqueue *queued;

	if (!(waiting >> (SIGSYS - 1) & 1))
		return false;
	for (int i = 0; i < TRAP_SIGNALS_MAX; i++) {
		link = BPF_CORE_READ(link, prev);
		if (!link || link == head)
			return false;
		queued = (void *)link - bpf_core_field_offset(struct sigqueue, list);
		if (BPF_CORE_READ(queued, info.si_signo) == SIGSYS)
			return BPF_CORE_READ(queued, info.si_code) == SYS_SECCOMP;
	}
	return false;
}

/*
 * Returns whether a seccomp filter of the current task can have answered the call. It cannot if the
 * kernel notes that the filter allows the call with any arguments (since 5.11).
 */
static __always_inline bool is_answered_by_filter(struct task_struct *task, __u32 number, bool compat)
{
	struct seccomp_filter *filter;
	const __u8 *allowed;
	__u8 byte = 0;

	if (!has_seccomp_filter(task))
		return false;
	filter = BPF_CORE_READ(task, seccomp.filter);
	if (!bpf_core_field_exists(filter->cache.allow_native))
		return true;
	if (number >= 8 * bpf_core_field_size(filter->cache.allow_native))
		return true;
	allowed = (void *)filter + bpf_core_field_offset(filter->cache.allow_native);
	if (compat && bpf_core_field_exists(filter->cache.allow_compat))
		allowed = (void *)filter + bpf_core_field_offset(filter->cache.allow_compat);
	else if (compat)
		return true;
	bpf_probe_read_kernel(&byte, sizeof(byte), allowed + number / 8);
	return !(byte >> (number % 8) & 1);
}

#endif
