#ifndef SPOOR_FILTERS_TREE_H
#define SPOOR_FILTERS_TREE_H

#include "facts.h"

/* tree: the process, for the subtree engine. */
static __always_inline __u64 filter_tree(struct task_facts *facts)
{
	return facts->tgid;
}

#endif
