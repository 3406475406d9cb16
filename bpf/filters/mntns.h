#ifndef SPOOR_FILTERS_MNTNS_H
#define SPOOR_FILTERS_MNTNS_H

#include "facts.h"

/* mntns: the mount namespace. */
static __always_inline __u64 filter_mntns(struct task_facts *facts)
{
	return facts->mntns;
}

#endif
