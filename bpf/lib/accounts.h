/*
 * The accounts of a process, as the kernel keeps them: of each thread, and in one sum those of the
 * threads that are gone.
 */
#ifndef SPOOR_LIB_ACCOUNTS_H
#define SPOOR_LIB_ACCOUNTS_H

#include "read.h"

/*
 * Threads in the list of a process whose last thread ends: the leader, those that end at the same
 * moment, and those that a tracer has not waited for. More are not added. See path.h for bpf_loop.
 */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define ACCOUNTS_THREADS 16
#else
#define ACCOUNTS_THREADS 4096
#endif

#define ACCOUNTS_TRIES 3

struct accounts {
	/* nanoseconds that the process ran, by the scheduler's clock */
	__u64 run_ns;
	/* the ticks of the clock that met it in user space, and in the kernel, as nanoseconds */
	__u64 user_ns;
	__u64 system_ns;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	__u64 read_bytes;
	__u64 write_bytes;
	__u64 storage_read_bytes;
	__u64 storage_write_bytes;
	/* the next link, and the head, of the list of threads */
	unsigned long link;
	unsigned long head;
};

/* The bytes that the kernel counts, by how it was built. */
enum io_accounts {
	IO_ACCOUNTS_NONE = 0,
	/* CONFIG_TASK_XACCT: what calls read and wrote */
	IO_ACCOUNTS_CALLS = 1,
	/* CONFIG_TASK_IO_ACCOUNTING: what was read from storage and written to it, too */
	IO_ACCOUNTS_STORAGE = 2,
};

static __always_inline enum io_accounts io_accounts(void)
{
	struct task_io_accounting *io = NULL;

	if (bpf_core_field_exists(io->read_bytes) && bpf_core_field_exists(io->rchar))
		return IO_ACCOUNTS_STORAGE;
	return bpf_core_field_exists(io->rchar) ? IO_ACCOUNTS_CALLS : IO_ACCOUNTS_NONE;
}

/* `from`: a task, or a signal_struct with its sums. Only the run time has two names. */
#define accounts_add(accounts, from)                                                                           \
	do {                                                                                                   \
		(accounts)->user_ns += BPF_CORE_READ(from, utime);                                             \
		(accounts)->system_ns += BPF_CORE_READ(from, stime);                                           \
		(accounts)->voluntary_switches += BPF_CORE_READ(from, nvcsw);                                  \
		(accounts)->involuntary_switches += BPF_CORE_READ(from, nivcsw);                               \
		if (io_accounts() >= IO_ACCOUNTS_CALLS) {                                                      \
			(accounts)->read_bytes += BPF_CORE_READ(from, ioac.rchar);                             \
			(accounts)->write_bytes += BPF_CORE_READ(from, ioac.wchar);                            \
		}                                                                                              \
		if (io_accounts() == IO_ACCOUNTS_STORAGE) {                                                    \
			(accounts)->storage_read_bytes += BPF_CORE_READ(from, ioac.read_bytes);                \
			(accounts)->storage_write_bytes += BPF_CORE_READ(from, ioac.write_bytes);              \
		}                                                                                              \
	} while (0)

struct accounts_walk {
	struct accounts *accounts;
};

/* One thread. 1 at the end. */
static __noinline long accounts_step(__u32 step, struct accounts_walk *walk)
{
	struct accounts *accounts = walk->accounts;
	struct list_head *link = (void *)accounts->link;
	struct task_struct *task = (void *)link - bpf_core_field_offset(struct task_struct, thread_node);

	if (!accounts->link || accounts->link == accounts->head)
		return 1;
	accounts->link = (unsigned long)BPF_CORE_READ(link, next);
	accounts->run_ns += BPF_CORE_READ(task, se.sum_exec_runtime);
	accounts_add(accounts, task);
	return 0;
}

static __always_inline __u32 accounts_sequence(struct signal_struct *signal)
{
	__u32 sequence = 1;

	bpf_core_read(&sequence, sizeof(sequence), &signal->stats_lock);
	return sequence;
}

/* Returns whether the kernel moved a thread from the list to the sums meanwhile. */
static __always_inline int accounts_fill(struct accounts *accounts, struct signal_struct *signal)
{
	__u32 sequence = accounts_sequence(signal);
	struct accounts_walk walk = { .accounts = accounts };

	__builtin_memset(accounts, 0, sizeof(*accounts));
	/* The count is of threads that were added to the sums, and of children that were waited for. */
	if (sequence) {
		accounts->run_ns = BPF_CORE_READ(signal, sum_sched_runtime);
		accounts_add(accounts, signal);
	}
	accounts->head = (unsigned long)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	accounts->link = (unsigned long)BPF_CORE_READ(signal, thread_head.next);
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < ACCOUNTS_THREADS; i++)
		if (accounts_step(i, &walk))
			break;
#else
	bpf_loop(ACCOUNTS_THREADS, accounts_step, &walk, 0);
#endif
	return sequence & 1 || accounts_sequence(signal) != sequence;
}

/*
 * Returns `part` / `all` of `value`, where `part` is at most `all`. Both lose the low bits that a
 * product of 64 bits has no room for. Of times up to 52 days, that is less than two milliseconds.
 */
static __always_inline __u64 share_of(__u64 value, __u64 part, __u64 all)
{
	__u32 shift = all >> 52 ? 32 : all >> 32 ? 20 : 0;

	part >>= shift;
	all >>= shift;
	return all ? value / all * part + value % all * part / all : 0;
}

#endif
