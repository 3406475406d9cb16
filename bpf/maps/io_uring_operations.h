/* The io_uring operations that have been reported per process. */
#ifndef SPOOR_MAPS_IO_URING_OPERATIONS_H
#define SPOOR_MAPS_IO_URING_OPERATIONS_H

#include "../lib/process.h"

/* The identity of a process, and the count of binaries that it has run. */
struct io_uring_user {
	__u64 start_time_ns;
	__u32 tgid;
	__u32 execs;
};

/* A bit an operation; the last is for all beyond. What is lost here is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct io_uring_user);
	__type(value, __u64);
} io_uring_operations SEC(".maps");

#define IO_URING_OPERATION_LAST 63

static __always_inline bool io_uring_is_new(const struct process *process, struct task_struct *task, __u8 operation)
{
	__u64 bit = 1ULL << (operation < IO_URING_OPERATION_LAST ? operation : IO_URING_OPERATION_LAST);
	struct io_uring_user user = {
		.start_time_ns = process->identity.start_time_ns,
		.tgid = process->identity.tgid,
		.execs = BPF_CORE_READ((struct task_struct___exec *)task, self_exec_id),
	};
	__u64 *told = bpf_map_lookup_elem(&io_uring_operations, &user);

	if (!told) {
		bpf_map_update_elem(&io_uring_operations, &user, &bit, BPF_ANY);
		return true;
	}
	if (*told & bit)
		return false;
	/*
	 * Two CPUs at once can lose a bit, which is then told twice: 5.10 has no atomic OR for
	 * programs.
	 */
	*told |= bit;
	return true;
}

#endif
