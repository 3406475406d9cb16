/*
 * The arguments of an exec, copied while no other task can reach the new memory: from the change of
 * the memory (exec_mmap) to setup_new_exec, the kernel holds exec_update_lock, which every access
 * from outside takes. (fs/exec.c, kernel/fork.c: mm_access)
 */
#ifndef SPOOR_MAPS_EXEC_ARGUMENTS_H
#define SPOOR_MAPS_EXEC_ARGUMENTS_H

#include "../lib/config.h"

/*
 * Constant: a hook copies the arguments. It needs task storage, bpf_loop, and the tracepoint
 * sched_prepare_exec (6.10) or a hook on security_bprm_committing_creds.
 */
const volatile bool copies_arguments = false;

/* Longer arguments are not copied. With the kernel's own part, a copy takes 2 KiB. */
#define EXEC_COPY_MAX 1920

/* The kernel frees it with the task, if the exec fails after the copy. */
struct exec_arguments {
	/* address of the linux_binprm of an exec whose memory has not changed yet */
	__u64 binprm;
	/* address of `bytes`, which the verifier takes for a number once it was stored */
	__u64 from;
	/* all NULs that have been found, and those that end the arguments */
	__u32 nuls;
	__u32 argc;
	/* bytes up to and with the last NUL; 0 when they do not fit */
	__u32 length;
	__u32 unused;
	/* arguments, then perhaps other strings of the exec, which nothing reads */
	__u8 bytes[EXEC_COPY_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct exec_arguments);
} exec_arguments SEC(".maps");

#ifndef SPOOR_WITHOUT_BPF_LOOP
struct nul_step_context {
	struct exec_arguments *copy;
};

/* One byte. 1 at the end of the last argument. */
static __noinline long nul_step(__u32 step, struct nul_step_context *context)
{
	struct exec_arguments *copy = context->copy;

	if (step >= EXEC_COPY_MAX)
		return 1;
	if (copy->bytes[step])
		return 0;
	copy->nuls++;
	if (copy->nuls < copy->argc)
		return 0;
	copy->length = step + 1;
	return 1;
}
#endif

/* Called in the task that executes, when its memory has changed. */
static __always_inline void exec_arguments_copy(struct exec_arguments *copy, struct linux_binprm *binprm)
{
#ifndef SPOOR_WITHOUT_BPF_LOOP
	struct nul_step_context context = { .copy = copy };
	unsigned long from = BPF_CORE_READ(binprm, p);
	/* The environment lies between the arguments and the name of the file. */
	__u64 length = BPF_CORE_READ(binprm, exec) - from;

	copy->binprm = 0;
	copy->from = (unsigned long)copy->bytes;
	copy->nuls = 0;
	copy->length = 0;
	copy->argc = BPF_CORE_READ(binprm, argc);
	if (length > EXEC_COPY_MAX)
		length = EXEC_COPY_MAX;
	barrier_var(length);
	if (length > EXEC_COPY_MAX || bpf_probe_read_user(copy->bytes, length, (void *)from) || !copy->argc)
		return;
	bpf_loop(length, nul_step, &context, 0);
#endif
}

#endif
