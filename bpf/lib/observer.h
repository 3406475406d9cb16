/*
 * Process ids as the observer knows them. A task has one id in each pid namespace from the initial
 * one down to its own. The observer may itself run in a namespace; ids from user space are then
 * compared with the id in that one.
 */
#ifndef SPOOR_LIB_OBSERVER_H
#define SPOOR_LIB_OBSERVER_H

#include "process.h"

/*
 * The id of a task that the observer's namespace does not contain. The kernel gives no task such an
 * id.
 */
#define NO_PROCESS_ID 0xffffffffU

/* MAX_PID_NS_LEVEL (include/linux/pid_namespace.h) is 32; the mask is for the verifier. */
#define PIDNS_LEVEL_MASK 63

/* Index of `task_struct.signal->pids`. (include/linux/pid_types.h) */
#define PIDTYPE_TGID 1

/*
 * How deep the observer's namespace lies. Filled by `on_iter_watched`, which runs in the observer,
 * before the hooks.
 */
__u32 observer_level = 0;

static __always_inline __u32 pidns_level(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_pid, level);
}

/* The id in the observer's namespace: NO_PROCESS_ID where there is none. */
static __noinline __u32 observed_id(struct pid *pid)
{
	__u32 level = observer_level & PIDNS_LEVEL_MASK;
	struct upid upid = {};

	if (!pid || BPF_CORE_READ(pid, level) < level)
		return NO_PROCESS_ID;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level]);
	if (BPF_CORE_READ(upid.ns, ns.inum) != observer_pidns)
		return NO_PROCESS_ID;
	return upid.nr;
}

/* Returns the observer's id of a process, by its leader. */
static __always_inline __u32 observed_tgid(const struct process *process)
{
	struct task_struct *leader = process->leader;

	if (!observer_pidns)
		return process->identity.tgid;
	return observed_id(BPF_CORE_READ(leader, signal, pids[PIDTYPE_TGID]));
}

static __always_inline __u32 observed_tid(struct task_struct *task)
{
	if (!observer_pidns)
		return task_field(task, pid);
	return observed_id(BPF_CORE_READ(task, thread_pid));
}

/* 0 for a process of the namespace whose parent is outside, as getppid() has it. */
static __always_inline __u32 observed_ppid(struct task_struct *leader)
{
	__u32 ppid;

	if (!observer_pidns)
		return BPF_CORE_READ(leader, real_parent, tgid);
	if (observed_id(BPF_CORE_READ(leader, thread_pid)) == NO_PROCESS_ID)
		return NO_PROCESS_ID;
	ppid = observed_id(BPF_CORE_READ(leader, real_parent, signal, pids[PIDTYPE_TGID]));
	return ppid == NO_PROCESS_ID ? 0 : ppid;
}

/* The start time as the observer reads it in /proc/PID/stat, nanoseconds. */
static __always_inline __u64 observed_start_ns(const struct process *process)
{
	return process->identity.start_time_ns + observer_boot_offset_ns;
}

#endif
