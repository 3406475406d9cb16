/*
 * System calls by number. An event that is seen at the return of system calls lists them as
 * `SYSCALL(x86-64, i386, arm64, form)`; `form` is the event's own word for the shape of the
 * arguments.
 *
 * x32 programs (x86-64 with short pointers) use the x86-64 numbers, but for some that have their
 * own from 512 on. 32-bit programs reach the socket calls also through socketcall(), which libc
 * prefers: SOCKETCALL(n) is that call's n.
 */
#ifndef SPOOR_LIB_SYSCALLS_H
#define SPOOR_LIB_SYSCALLS_H

#include "read.h"

#define SYSCALL_SLOTS 576
#define SOCKETCALL(number) (544 + (number))
#define SOCKETCALL_MAX 20
/* The number of a call that an architecture lacks. No real call has it. */
#define NONE 511

/* i386, arch/x86/entry/syscalls/syscall_32.tbl */
#define I386_SOCKETCALL 102
/* In place of an event's number: look at the first argument. */
#define KIND_SOCKETCALL 255

struct syscall_entry {
	/* enum event_kind; 0 for calls that are not of interest */
	__u8 kind;
	__u8 form;
};

struct syscall {
	__u64 arguments[6];
	__s64 result;
	__u8 kind;
	__u8 form;
	/* the caller is a 32-bit program */
	bool compat;
	/* the arguments lay in the caller's memory, where another thread may have changed them since */
	bool in_memory;
	/* as the kernel has it: of x32 programs with their bit */
	__u32 number;
};

static __always_inline __u32 syscall_raw_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return ((struct pt_regs___saved_x86 *)regs)->orig_ax;
#else
	return ((struct pt_regs___saved_arm64 *)regs)->syscallno;
#endif
}

static __always_inline __u32 syscall_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	/* x32 programs set bit 30. */
	return syscall_raw_number(regs) & ~0x40000000u;
#else
	return syscall_raw_number(regs);
#endif
}

/*
 * The result of a call that SECCOMP_RET_TRAP keeps from running: the kernel restores the registers
 * (syscall_rollback).
 */
static __always_inline long syscall_trapped_result(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return ((struct pt_regs___saved_x86 *)regs)->orig_ax;
#else
	return ((struct pt_regs___saved_arm64 *)regs)->orig_x0;
#endif
}

/* The slot of the call that socketcall() stands for. */
static __always_inline __u32 socketcall_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	__u32 number = ((struct pt_regs___saved_x86 *)regs)->bx;

	if (number > SOCKETCALL_MAX)
		return NONE;
	/* Or else clang leaves out the comparison that the verifier knows the bound of a table by. */
	barrier_var(number);
	return SOCKETCALL(number);
#else
	return NONE;
#endif
}

#if defined(__TARGET_ARCH_x86)
/*
 * The arguments of socketcall(): 32-bit words in the caller's memory. Words that it cannot have
 * count as 0.
 */
static __always_inline void socketcall_arguments(struct syscall *call, const void *from)
{
	__u32 word;

	for (int i = 0; i < 6; i++) {
		word = 0;
		bpf_probe_read_user(&word, sizeof(word), from + i * sizeof(word));
		call->arguments[i] = word;
	}
	call->in_memory = true;
}
#endif

/*
 * The return of a system call leaves its saved arguments as they were: but for arm64's first, kept
 * beside.
 */
static __always_inline void syscall_arguments(struct syscall *call, struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	struct pt_regs___saved_x86 *saved = (void *)regs;

	if (call->compat && (__u32)saved->orig_ax == I386_SOCKETCALL) {
		socketcall_arguments(call, (void *)(__u64)(__u32)saved->cx);
	} else if (call->compat) {
		call->arguments[0] = (__u32)saved->bx;
		call->arguments[1] = (__u32)saved->cx;
		call->arguments[2] = (__u32)saved->dx;
		call->arguments[3] = (__u32)saved->si;
		call->arguments[4] = (__u32)saved->di;
		call->arguments[5] = (__u32)saved->bp;
	} else {
		call->arguments[0] = saved->di;
		call->arguments[1] = saved->si;
		call->arguments[2] = saved->dx;
		call->arguments[3] = saved->r10;
		call->arguments[4] = saved->r8;
		call->arguments[5] = saved->r9;
	}
#else
	struct pt_regs___saved_arm64 *saved = (void *)regs;

	call->arguments[0] = saved->orig_x0;
	call->arguments[1] = saved->regs[1];
	call->arguments[2] = saved->regs[2];
	call->arguments[3] = saved->regs[3];
	call->arguments[4] = saved->regs[4];
	call->arguments[5] = saved->regs[5];
#endif
}

#endif
