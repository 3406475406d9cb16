#ifndef SPOOR_FILTERS_PID_H
#define SPOOR_FILTERS_PID_H

#include "facts.h"

/* pid: the process, that is the thread-group id. */
static __always_inline __u64 filter_pid(struct task_facts *facts)
{
	return facts->tgid;
}

#endif
