/*
 * System calls by number. An event that is seen at the return of system calls lists them as
 * `SYSCALL(x86-64, i386, arm64, form)`; `form` is the event's own word for the shape of the arguments.
 */
#ifndef SPOOR_LIB_SYSCALLS_H
#define SPOOR_LIB_SYSCALLS_H

#include "read.h"

#define SYSCALL_NUMBERS 512
/* Where an architecture has no such call. No real call has this number. */
#define NONE (SYSCALL_NUMBERS - 1)

struct syscall_entry {
	/* enum event_kind; 0 for calls that are not of interest */
	__u8 kind;
	__u8 form;
};

struct syscall {
	__u64 arguments[4];
	__s64 result;
	__u32 form;
	bool compat;
};

static __always_inline __u32 syscall_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	/* x32 programs set bit 30. */
	return (__u32)((struct pt_regs___saved_x86 *)regs)->orig_ax & ~0x40000000u;
#else
	return ((struct pt_regs___saved_arm64 *)regs)->syscallno;
#endif
}

/* The return of a system call leaves its saved arguments as they were: but for arm64's first, kept beside. */
static __always_inline void syscall_arguments(struct syscall *call, struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	struct pt_regs___saved_x86 *saved = (void *)regs;

	if (call->compat) {
		call->arguments[0] = (__u32)saved->bx;
		call->arguments[1] = (__u32)saved->cx;
		call->arguments[2] = (__u32)saved->dx;
		call->arguments[3] = (__u32)saved->si;
	} else {
		call->arguments[0] = saved->di;
		call->arguments[1] = saved->si;
		call->arguments[2] = saved->dx;
		call->arguments[3] = saved->r10;
	}
#else
	struct pt_regs___saved_arm64 *saved = (void *)regs;

	call->arguments[0] = saved->orig_x0;
	call->arguments[1] = saved->regs[1];
	call->arguments[2] = saved->regs[2];
	call->arguments[3] = saved->regs[3];
#endif
}

#endif
