/*
 * Tasks that share a table of descriptors, a working directory or a root. Each of them can change
 * what a call of another one used, before the return of that call is seen.
 */
#ifndef SPOOR_LIB_SHARING_H
#define SPOOR_LIB_SHARING_H

#include "read.h"

/*
 * Returns whether another task can have changed the descriptors, the working directory or the root
 * of the current one during a call. A thread that ended or left the table since is seen by what its
 * process keeps: the number of threads, and the run time of those that ended. Kernels before 5.11
 * count each reader of /proc/PID/fd for as long as it reads. The function takes no pointer, so that
 * the verifier reads it once.
 */
__noinline int tables_are_shared(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	return BPF_CORE_READ(task, files, count.counter) > 1 || BPF_CORE_READ(task, fs, users) > 1 ||
	       BPF_CORE_READ(signal, nr_threads) > 1 || BPF_CORE_READ(signal, sum_sched_runtime);
}

/* Returns whether two tasks use one table of descriptors, or one working directory and root. */
static __always_inline bool shares_tables(struct task_struct *one, struct task_struct *other)
{
	return BPF_CORE_READ(one, files) == BPF_CORE_READ(other, files) || BPF_CORE_READ(one, fs) == BPF_CORE_READ(other, fs);
}

#endif
