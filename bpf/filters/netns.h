#ifndef SPOOR_FILTERS_NETNS_H
#define SPOOR_FILTERS_NETNS_H

#include "facts.h"

/* netns: the network namespace. */
static __always_inline __u64 filter_netns(struct task_facts *facts)
{
	return facts->netns;
}

#endif
