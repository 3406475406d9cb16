/* System calls that a signal interrupted. */
#ifndef SPOOR_LIB_SIGNALS_H
#define SPOOR_LIB_SIGNALS_H

#include "read.h"

/* The kernel's own results, include/linux/errno.h. No caller sees them. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTART_RESTARTBLOCK 516
#define EINTR 4

/* include/uapi/asm-generic/signal-defs.h */
#define SA_RESTART 0x10000000
/* SIG_DFL is 0, SIG_IGN is 1. */
#define SIG_IGN 1

#define SIGNAL_BIT(signal) (1UL << ((signal) - 1))
#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGCHLD 17

/* Returns what a process has set for a signal: SIG_DFL, SIG_IGN or the address of a handler. */
static __always_inline __u64 signal_handler(struct task_struct *task, __u32 signal)
{
	struct sighand_struct *hands = BPF_CORE_READ(task, sighand);
	struct k_sigaction *action;

	action = (void *)hands + bpf_core_field_offset(struct sighand_struct, action);
	action = (void *)action + (__u64)(signal - 1) * bpf_core_type_size(struct k_sigaction);
	return (unsigned long)BPF_CORE_READ(action, sa.sa_handler);
}

/*
 * Returns whether the task dies before it runs another instruction: by SIGKILL, or by the SIGSEGV
 * that the kernel forces on it. The kernel then removes the handler, and lets the signal through. A
 * program that blocks or handles SIGSEGV, and has it pending, lives on. (kernel/signal.c,
 * force_sig_info_to_task)
 */
static __always_inline bool is_being_killed(struct task_struct *task)
{
	unsigned long own = BPF_CORE_READ(task, pending.signal.sig[0]);
	unsigned long shared = BPF_CORE_READ(task, signal, shared_pending.signal.sig[0]);
	unsigned long blocked = BPF_CORE_READ(task, blocked.sig[0]);
	void *handler = BPF_CORE_READ(task, sighand, action[SIGSEGV - 1].sa.sa_handler);

	return (own | shared) & SIGNAL_BIT(SIGKILL) || (own & ~blocked & SIGNAL_BIT(SIGSEGV) && !handler);
}

static __always_inline bool is_restart(__s64 result)
{
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

/* 1 unless the number is 0, without a branch: each would double the verifier's paths. */
static __always_inline __u64 is_not_zero(__u64 number)
{
	barrier_var(number);
	return (number | -number) >> 63;
}

/* The place of the lowest bit that is set. */
static __always_inline __u64 lowest_bit(__u64 bits)
{
	bits &= -bits;
	return is_not_zero(bits & 0xaaaaaaaaaaaaaaaa) | is_not_zero(bits & 0xcccccccccccccccc) << 1 |
	       is_not_zero(bits & 0xf0f0f0f0f0f0f0f0) << 2 | is_not_zero(bits & 0xff00ff00ff00ff00) << 3 |
	       is_not_zero(bits & 0xffff0000ffff0000) << 4 | is_not_zero(bits & 0xffffffff00000000) << 5;
}

/*
 * The hook at the return of a call runs before the signal is delivered. The handler that the kernel
 * is about to call decides whether the caller sees EINTR or the kernel repeats the call. A signal
 * that arrives in between is not known here.
 */
static __always_inline bool ends_with_eintr(struct task_struct *task, __s64 result)
{
	struct sighand_struct *hands = BPF_CORE_READ(task, sighand);
	struct signal_struct *shared = BPF_CORE_READ(task, signal);
	__u64 blocked = BPF_CORE_READ(task, blocked.sig[0]);
	__u64 waiting = BPF_CORE_READ(task, pending.signal.sig[0]) & ~blocked;
	struct k_sigaction *action;
	__u64 handler, flags;

	if (!waiting)
		waiting = BPF_CORE_READ(shared, shared_pending.signal.sig[0]) & ~blocked;
	if (!waiting || result == -ERESTARTNOINTR)
		return false;
	action = (void *)hands + bpf_core_field_offset(struct sighand_struct, action);
	action = (void *)action + lowest_bit(waiting) * bpf_core_type_size(struct k_sigaction);
	handler = (unsigned long)BPF_CORE_READ(action, sa.sa_handler);
	flags = BPF_CORE_READ(action, sa.sa_flags);
	return handler > SIG_IGN && (result != -ERESTARTSYS || !(flags & SA_RESTART));
}

#endif
