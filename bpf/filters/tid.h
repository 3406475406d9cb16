#ifndef SPOOR_FILTERS_TID_H
#define SPOOR_FILTERS_TID_H

#include "facts.h"

/* tid: the thread. */
static __always_inline __u64 filter_tid(struct task_facts *facts)
{
	return facts->tid;
}

#endif
