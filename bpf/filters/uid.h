#ifndef SPOOR_FILTERS_UID_H
#define SPOOR_FILTERS_UID_H

#include "facts.h"

/* uid: the effective user id, in the initial user namespace. */
static __always_inline __u64 filter_uid(struct task_facts *facts)
{
	return facts->uid;
}

#endif
