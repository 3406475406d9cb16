#ifndef SPOOR_EVENTS_FORK_H
#define SPOOR_EVENTS_FORK_H

#include "event.h"

/* include/uapi/linux/sched.h */
#define CLONE_NEWTIME 0x00000080
#define CLONE_NEWNS 0x00020000
#define CLONE_NEWCGROUP 0x02000000
#define CLONE_NEWUTS 0x04000000
#define CLONE_NEWIPC 0x08000000
#define CLONE_NEWUSER 0x10000000
#define CLONE_NEWPID 0x20000000
#define CLONE_NEWNET 0x40000000

/* A process or a thread was started. The header is the parent's; a thread has its parent's tgid. */
struct fork_event {
	struct event_header header;
	/* of the child's thread-group leader */
	__u64 child_start_time_ns;
	__u32 child_tgid;
	__u32 child_tid;
	/* CLONE_NEW flags of the namespaces in which the child is, and its parent is not */
	__u32 namespaces;
	__u32 unused;
};

#define NAMESPACE_DIFFERS(type, flag) (BPF_CORE_READ(ours, type) != BPF_CORE_READ(theirs, type) ? (flag) : 0)

/*
 * By what the child has, not by what the call asked for: a child also gets a pid or time namespace
 * that its parent made or joined for its children.
 */
static __noinline __u32 fork_namespaces(struct task_struct *parent, struct task_struct *child)
{
	struct nsproxy *ours = BPF_CORE_READ(parent, nsproxy), *theirs = BPF_CORE_READ(child, nsproxy);
	__u32 flags = 0;

	if (BPF_CORE_READ(parent, thread_pid, level) != BPF_CORE_READ(child, thread_pid, level))
		flags |= CLONE_NEWPID;
	if (BPF_CORE_READ(parent, real_cred, user_ns) != BPF_CORE_READ(child, real_cred, user_ns))
		flags |= CLONE_NEWUSER;
	if (ours == theirs)
		return flags;
	flags |= NAMESPACE_DIFFERS(uts_ns, CLONE_NEWUTS);
	flags |= NAMESPACE_DIFFERS(ipc_ns, CLONE_NEWIPC);
	flags |= NAMESPACE_DIFFERS(mnt_ns, CLONE_NEWNS);
	flags |= NAMESPACE_DIFFERS(net_ns, CLONE_NEWNET);
	flags |= NAMESPACE_DIFFERS(time_ns, CLONE_NEWTIME);
	flags |= NAMESPACE_DIFFERS(cgroup_ns, CLONE_NEWCGROUP);
	return flags;
}

#endif
