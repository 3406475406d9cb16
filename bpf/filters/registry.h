/*
 * One line per filter kind. The order is the order of judgement: kinds that are cheap and decide
 * most come first.
 *
 * This file is included several times. Each place defines some of the words that the headers of the
 * kinds are made of. The other words mean nothing there.
 *
 * FILTER_FACT(member)
 *     A member of `struct task_facts`.
 *
 * FILTER_KIND(NAME, name, engine, value)
 *     The kind: FILTER_<NAME>, its name for people, the engine that judges it, and its value in
 *     `facts`. The engines are number.h, either.h, subtree.h, members.h and text.h.
 *
 * FILTER_SIGNED(number)
 *     Makes a value of a signed number, for the engine `number`.
 *
 * FILTER_COLLECT(NAME, statement)
 *     Fills the fact from `task`, its `leader` or `process`. Runs if a scope in force asks for the
 *     fact.
 *
 * FILTER_COLLECT_INFO(NAME, statement)
 *     Fills the fact from `info`, the record of the process. Runs if a scope in force asks for it.
 *
 * FILTER_COLLECT_ACTING(NAME, statement)
 *     Fills the fact of the acting `task` in `frame`. Runs if a scope asks for it. Takes more stack
 *     than a walk to the ancestors leaves.
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
