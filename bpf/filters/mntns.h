#pragma once

#include "facts.h"

/* mntns: the mount namespace. */
static __always_inline __u64 filter_mntns(struct task_facts *facts)
{
	return facts->mntns;
}
