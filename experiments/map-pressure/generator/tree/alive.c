/* Trees that are there before the trace begins. */
#include "experiment.h"

#include <unistd.h>

static void alive_leaf(void)
{
	traced();
	stand_and_finish();
}

static void alive_middle(void)
{
	launch(alive_leaf);
	alive_leaf();
}

/* Root, child and grandchild all live; only the root has the name. */
static void alive_root(bool followed)
{
	root_begin(followed);
	launch(alive_middle);
	alive_leaf();
}

static void alive_orphan(void)
{
	traced();
	await_reparented();
	stand_and_finish();
}

static void alive_orphan_middle(void)
{
	launch(alive_orphan);
	traced();
}

/* The ancestors of the last end once the trace has begun. */
static void alive_orphan_root(bool followed)
{
	pid_t child;

	root_begin(followed);
	child = launch(alive_orphan_middle);
	traced();
	await_child(child);
	leave();
}

static void abandoned(void)
{
	await_reparented();
	self.followed = false;
	alive_leaf();
}

/*
 * The ancestor that would have matched has ended before the trace began: nobody can know, and
 * nobody follows.
 */
static void abandoned_root(bool followed)
{
	root_begin(followed);
	launch(abandoned);
	leave();
}

static void thread_of_leaderless(void)
{
	await_leader_gone();
	traced();
	mark(2);
	stand();
	finish_in_place();
}

static void leaderless(void)
{
	in_thread(thread_of_leaderless);
	leader_leaves();
}

/* A process whose leader has ended before the trace began. */
static void alive_leaderless_root(bool followed)
{
	root_begin(followed);
	launch(leaderless);
	alive_leaf();
}

const struct shape alive_shapes[] = {
	{ "alive", alive_root, 3, 3 },
	{ "alive-orphan", alive_orphan_root, 3, 1 },
	{ "alive-abandoned", abandoned_root, 1, 1 },
	{ "alive-leaderless", alive_leaderless_root, 2, 2 },
	{ 0 },
};
