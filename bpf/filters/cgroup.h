#ifndef SPOOR_FILTERS_CGROUP_H
#define SPOOR_FILTERS_CGROUP_H

#include "members.h"

/* cgroup: the task's cgroup and all above it, so a named cgroup takes its descendants in. */
static __always_inline struct filter_members filter_cgroup(struct task_facts *facts)
{
	return (struct filter_members){ .ids = facts->cgroups, .count = facts->cgroup_count };
}

#endif
