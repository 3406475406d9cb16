#ifndef SPOOR_FILTERS_PPID_H
#define SPOOR_FILTERS_PPID_H

#include "facts.h"

/* ppid: the parent process. */
static __always_inline __u64 filter_ppid(struct task_facts *facts)
{
	return facts->ppid;
}

#endif
