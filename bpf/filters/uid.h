#pragma once

#include "facts.h"

/* uid: the effective user id, in the initial user namespace. */
static __always_inline __u64 filter_uid(struct task_facts *facts)
{
	return facts->uid;
}
