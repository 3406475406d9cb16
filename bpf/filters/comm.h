#ifndef SPOOR_FILTERS_COMM_H
#define SPOOR_FILTERS_COMM_H

#include "facts.h"

/* comm: the 16-byte task name; an exec and the task itself may change it. */
static __always_inline struct filter_string *filter_comm(struct task_facts *facts)
{
	return &facts->comm;
}

#endif
