#ifndef SPOOR_FILTERS_GID_H
#define SPOOR_FILTERS_GID_H

#include "facts.h"

/* gid: the effective group id, in the initial user namespace. */
static __always_inline __u64 filter_gid(struct task_facts *facts)
{
	return facts->gid;
}

#endif
