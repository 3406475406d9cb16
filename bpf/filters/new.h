#ifndef SPOOR_FILTERS_NEW_H
#define SPOOR_FILTERS_NEW_H

#include "facts.h"

/* new: 1 when started or executed since the trace began. */
static __always_inline __u64 filter_new(struct task_facts *facts)
{
	return facts->is_new;
}

#endif
