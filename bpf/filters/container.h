#ifndef SPOOR_FILTERS_CONTAINER_H
#define SPOOR_FILTERS_CONTAINER_H

#include "facts.h"

/* container: 1 in a pid namespace other than the first. */
static __always_inline __u64 filter_container(struct task_facts *facts)
{
	return facts->container;
}

#endif
