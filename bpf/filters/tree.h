/* tree: the process and its descendants. Its fact is that of pid.h. */
FILTER_KIND(TREE, tree, subtree, facts->tgid)
FILTER_COLLECT(TREE, facts->tgid = observed_tgid(process))
