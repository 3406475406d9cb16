#ifndef SPOOR_FILTERS_REGISTRY_H
#define SPOOR_FILTERS_REGISTRY_H

/*
 * One line a filter kind: its enumerator, the name of its header and of `filter_<name>()`, which picks its value
 * out of the facts, and the engine that judges the value (number.h, text.h, members.h, subtree.h).
 *
 * The order is the order of judgement: what is cheap and decides most comes first.
 */
#define FILTER_KINDS(KIND)                                                                                             \
	KIND(UID, uid, number)                                                                                         \
	KIND(GID, gid, number)                                                                                         \
	KIND(PID, pid, number)                                                                                         \
	KIND(TID, tid, number)                                                                                         \
	KIND(PPID, ppid, number)                                                                                       \
	KIND(MNTNS, mntns, number)                                                                                     \
	KIND(PIDNS, pidns, number)                                                                                     \
	KIND(NETNS, netns, number)                                                                                     \
	KIND(UTS, uts, number)                                                                                         \
	KIND(CONTAINER, container, number)                                                                             \
	KIND(NEW, new, number)                                                                                         \
	KIND(TREE, tree, subtree)                                                                                      \
	KIND(CGROUP, cgroup, members)                                                                                  \
	KIND(COMM, comm, text)                                                                                         \
	KIND(EXE, exe, text)

#define FILTER_ENUMERATOR(NAME, name, engine) FILTER_##NAME,
enum filter_kind { FILTER_KINDS(FILTER_ENUMERATOR) FILTER_KIND_COUNT };
#undef FILTER_ENUMERATOR

#endif
