/*
 * A process as programs pass it along: its leader and its identity, read once. Each read of a field
 * through a typed pointer costs the verifier of today's kernels several linear searches of the
 * kernel's own types, so what is read twice costs at every start.
 */
#ifndef SPOOR_LIB_PROCESS_H
#define SPOOR_LIB_PROCESS_H

#include "read.h"

/* With the start time: a reused process id is another key. */
struct task_identity {
	/* CLOCK_BOOTTIME, nanoseconds */
	__u64 start_time_ns;
	__u32 tgid;
	__u32 unused;
};

struct process {
	struct task_struct *leader;
	struct task_identity identity;
};

static __always_inline struct process process_of_leader(struct task_struct *leader)
{
	struct process process = {
		.leader = leader,
		.identity = {
			.start_time_ns = task_field(leader, start_boottime),
			.tgid = task_field(leader, tgid),
		},
	};

	return process;
}

static __always_inline struct process process_of(struct task_struct *task)
{
	return process_of_leader(task_field(task, group_leader));
}

#endif
