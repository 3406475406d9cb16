/* Reading the kernel's objects on every kernel that we support. */
#ifndef SPOOR_LIB_READ_H
#define SPOOR_LIB_READ_H

#include "config.h"

/*
 * One field behind a task pointer. A typed pointer takes a plain load (about 1 ns); on kernels that
 * only give the current task as a number the same field is read by a probe. The constant lets the
 * verifier keep one of the two. Both read zero behind a NULL.
 *
 * For numbers, and for tasks that helpers take. Other pointers are read by BPF_CORE_READ: for each
 * that is loaded through a pointer that it trusts, today's verifier searches all of the kernel's
 * types several times, at every start (bench/tried.md).
 */
#define task_field(pointer, field)                                                                             \
	({                                                                                                     \
		/* A variable: a relocated access must not name the pointer's source. */          \
		typeof(pointer) __pointer = (pointer);                                                         \
		typeof(__pointer->field) __value = 0;                                                          \
		if (typed_task)                                                                                \
			__value = __pointer->field;                                                            \
		else                                                                                           \
			bpf_core_read(&__value, sizeof(__value), &__pointer->field);                           \
		__value;                                                                                       \
	})

/*
 * A function that the verifier looks at once a program, where it takes such a one with pointers to
 * memory (5.12), and not at every call, with all that the caller knows. 6.1 takes no such pointer
 * for a map's key or value.
 */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define VERIFIED_ONCE static __noinline
#else
#define VERIFIED_ONCE __noinline
#endif

static __always_inline struct task_struct *current_task(void)
{
	if (typed_task)
		return bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

static __always_inline bool is_compat_task(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return task_field(task, thread_info.status) & TS_COMPAT;
#else
	struct thread_info___arm64 *info = (void *)task + bpf_core_field_offset(struct task_struct, thread_info);

	return BPF_CORE_READ(info, flags) >> TIF_32BIT & 1;
#endif
}

/* Characters of names as little-endian words. */
#define WORD4(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)
#define WORD8(a, b, c, d, e, f, g, h) (WORD4(a, b, c, d) | (__u64)WORD4(e, f, g, h) << 32)

#endif
