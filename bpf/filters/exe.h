#ifndef SPOOR_FILTERS_EXE_H
#define SPOOR_FILTERS_EXE_H

#include "facts.h"

/* exe: the path of the binary that the process runs. */
static __always_inline struct filter_string *filter_exe(struct task_facts *facts)
{
	return &facts->exe;
}

#endif
