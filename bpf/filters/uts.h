#ifndef SPOOR_FILTERS_UTS_H
#define SPOOR_FILTERS_UTS_H

#include "facts.h"

/* uts: the UTS namespace (host name). */
static __always_inline __u64 filter_uts(struct task_facts *facts)
{
	return facts->utsns;
}

#endif
