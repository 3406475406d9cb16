/* Fills what the filters read, and only what a scope in force asks for. */
#ifndef SPOOR_PROGRAMS_FACTS_H
#define SPOOR_PROGRAMS_FACTS_H

#include "../filters/match.h"
#include "../maps/frame.h"
#include "../maps/seeds.h"

static __always_inline void facts_namespaces(struct task_facts *facts, struct task_struct *task,
					     const struct scope_set *set)
{
	struct nsproxy *nsproxy = task_field(task, nsproxy);
	struct pid *pid;
	struct upid upid;
	__u32 level;

	if (filter_kind_on(set, FILTER_MNTNS))
		facts->mntns = BPF_CORE_READ(nsproxy, mnt_ns, ns.inum);
	if (filter_kind_on(set, FILTER_NETNS))
		facts->netns = BPF_CORE_READ(nsproxy, net_ns, ns.inum);
	if (filter_kind_on(set, FILTER_UTS))
		facts->utsns = BPF_CORE_READ(nsproxy, uts_ns, ns.inum);
	if (filter_kind_on(set, FILTER_PIDNS) || filter_kind_on(set, FILTER_CONTAINER)) {
		pid = task_field(task, thread_pid);
		level = BPF_CORE_READ(pid, level);
		bpf_core_read(&upid, sizeof(upid), &pid->numbers[level]);
		facts->pidns = BPF_CORE_READ(upid.ns, ns.inum);
		facts->container = level > 0;
	}
}

static __always_inline void facts_cgroups(struct task_facts *facts, struct cgroup *cgroup)
{
	int level = BPF_CORE_READ(cgroup, level);
	struct cgroup *ancestor;
	int i;

	/* The nearest first: what is deeper than FILTER_CGROUPS_MAX loses the ancestors next to the root. */
	facts->cgroup_count = 0;
	for (i = 0; i < FILTER_CGROUPS_MAX; i++) {
		if (i > level)
			break;
		if (bpf_core_field_exists(((struct cgroup___ancestors *)0)->ancestors)) {
			ancestor = NULL;
			bpf_core_read(&ancestor, sizeof(ancestor),
				      &((struct cgroup___ancestors *)cgroup)->ancestors[level - i]);
			facts->cgroups[i] = BPF_CORE_READ(ancestor, kn, id);
		} else {
			bpf_core_read(&facts->cgroups[i], sizeof(facts->cgroups[i]),
				      &((struct cgroup___ancestor_ids *)cgroup)->ancestor_ids[level - i]);
		}
		facts->cgroup_count = i + 1;
	}
}

static __always_inline void facts_comm(struct filter_string *comm, struct task_struct *task, bool ends)
{
	/* Always read: the header of an event carries it too. */
	long length = bpf_probe_read_kernel_str(comm->start.bytes, sizeof(task->comm), &task->comm);

	comm->tail_length = 0;
	if (!ends || length <= 1 || length > (long)sizeof(task->comm))
		return;
	comm->tail_length = length - 1;
	bpf_probe_read_kernel(comm->tail, (length - 1) & (sizeof(task->comm) - 1), comm->start.bytes);
}

static __always_inline void facts_of_task(struct task_facts *facts, struct task_struct *task,
					  const struct scope_set *set)
{
	struct task_struct *leader = task_field(task, group_leader);
	struct task_struct *parent = task_field(leader, real_parent);
	struct cred *cred = task_field(task, real_cred);
	struct css_set *css_set = task_field(task, cgroups);
	struct cgroup *cgroup = task_field(css_set, dfl_cgrp);

	facts->tgid = task_field(task, tgid);
	facts->tid = task_field(task, pid);
	facts->ppid = task_field(parent, tgid);
	facts->uid = task_field(cred, uid.val);
	facts->gid = task_field(cred, gid.val);
	facts->cgroups[0] = BPF_CORE_READ(cgroup, kn, id);
	if (filter_kind_on(set, FILTER_CGROUP))
		facts_cgroups(facts, cgroup);
	facts_namespaces(facts, task, set);
	facts_comm(&facts->comm, task, filter_end_on(set, FILTER_COMM));
}

/* Do the scopes in force ask what only the record of the process tells? */
static __always_inline bool facts_need_info(const struct scope_set *set)
{
	return filter_kind_on(set, FILTER_EXE) || filter_kind_on(set, FILTER_NEW);
}

static __always_inline void facts_of_info(struct task_facts *facts, const struct proc_info *info,
					  const struct scope_set *set)
{
	facts->is_new = (info->flags & PROC_NEW) != 0;
	if (filter_kind_on(set, FILTER_EXE))
		filter_string_read(&facts->exe, info->exe, info->exe_length, filter_end_on(set, FILTER_EXE));
}

#endif
