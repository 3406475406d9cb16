/* tree: the process and its descendants. Its fact is that of pid.h. */
FILTER_KIND(TREE, tree, subtree, facts->tgid)
