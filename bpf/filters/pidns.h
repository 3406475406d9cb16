#ifndef SPOOR_FILTERS_PIDNS_H
#define SPOOR_FILTERS_PIDNS_H

#include "facts.h"

/* pidns: the pid namespace that the task runs in. */
static __always_inline __u64 filter_pidns(struct task_facts *facts)
{
	return facts->pidns;
}

#endif
