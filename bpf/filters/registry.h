/*
 * One line a filter kind. The order is the order of judgement: what is cheap and decides most comes
 * first.
 *
 * This file is included several times, each time with another meaning of the words that a kind's
 * header is made of; a word that the place does not define means nothing there.
 *
 * FILTER_FACT(member)                        a member of `struct task_facts` FILTER_KIND(NAME,
 * name, engine, value)     the kind: FILTER_<NAME>, its name for people, the engine that judges it
 * (number.h, either.h, subtree.h, members.h, text.h), its value in `facts` FILTER_COLLECT(NAME,
 * statement)            fills the fact from `task`, its `leader` or `process`, when a scope in
 * force asks FILTER_COLLECT_INFO(NAME, statement)       fills the fact from `info`, the record of
 * the process; likewise FILTER_COLLECT_ACTING(NAME, statement)     fills the fact of the acting
 * `task` in `frame`, when a scope asks. Takes more stack than a walk to the ancestors leaves
 *
 * FILTER_COLLECT and FILTER_COLLECT_INFO may also use `facts` and `set`. The header of an event has
 * ids of its own (`struct event_ids`), which are those of the initial namespace.
 */
#ifndef FILTER_FACT
#define FILTER_FACT(member)
#endif
#ifndef FILTER_KIND
#define FILTER_KIND(NAME, name, engine, value)
#endif
#ifndef FILTER_COLLECT
#define FILTER_COLLECT(NAME, ...)
#endif
#ifndef FILTER_COLLECT_INFO
#define FILTER_COLLECT_INFO(NAME, ...)
#endif
#ifndef FILTER_COLLECT_ACTING
#define FILTER_COLLECT_ACTING(NAME, ...)
#endif

#include "uid.h"
#include "gid.h"
#include "euid.h"
#include "egid.h"
#include "pid.h"
#include "tid.h"
#include "ppid.h"
#include "mntns.h"
#include "pidns.h"
#include "netns.h"
#include "uts.h"
#include "container.h"
#include "new.h"
#include "tree.h"
#include "cgroup.h"
#include "comm.h"
#include "exe.h"

#undef FILTER_FACT
#undef FILTER_KIND
#undef FILTER_COLLECT
#undef FILTER_COLLECT_INFO
#undef FILTER_COLLECT_ACTING
