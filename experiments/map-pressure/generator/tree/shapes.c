/*
 * Trees that begin during the trace, in which it is hard to tell who is followed. Each is run
 * twice: as a tree that is followed, and as a decoy that is not.
 */
#include "experiment.h"

#include <sys/mman.h>
#include <unistd.h>

void root_begin(bool followed)
{
	/* Not yet followed. */
	mark(1);
	rename_self(followed ? stage->match : stage->decoy);
	self_turn("turn");
	self.followed = followed;
	self.told = followed ? TOLD_BY_TASK : TOLD_BY_WORDS;
	mark(1);
}

_Noreturn void root_with(bool followed, void (*body)(void))
{
	root_begin(followed);
	launch(body);
	stand();
	finish();
}

/* The ancestor that matched has ended, and so has all between: the process has a new parent. */
static void orphan(void)
{
	await_reparented();
	stand_and_finish();
}

static void middle(void)
{
	launch(orphan);
}

static void orphan_root(bool followed)
{
	root_begin(followed);
	await_child(launch(middle));
	leave();
}

/* The process that matched has another name by now. */
static void renamed_root(bool followed)
{
	root_begin(followed);
	rename_self("mp-renamed");
	self_untold();
	mark(2);
	launch(stand_and_finish);
	stand();
	finish();
}

static void other_user(void)
{
	/* Of the process as libc has it; there is one thread. */
	must(!setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534), "setresuid");
	stand_and_finish();
}

static void user_root(bool followed)
{
	root_with(followed, other_user);
}

static void thread_acts(void)
{
	mark(2);
	stand();
	finish_in_place();
}

static void thread_root(bool followed)
{
	root_begin(followed);
	in_thread(thread_acts);
	for (;;)
		pause();
}

/* The thread's name matches, the leader's never does. */
static void followed_thread(void)
{
	root_begin(true);
	rename_self("mp-other");
	self_untold();
	thread_acts();
}

static void decoy_thread(void)
{
	root_begin(false);
	rename_self("mp-other");
	self_untold();
	thread_acts();
}

static void thread_matches_root(bool followed)
{
	in_thread(followed ? followed_thread : decoy_thread);
	for (;;)
		pause();
}

static void thread_without_leader(void)
{
	await_leader_gone();
	thread_acts();
}

static void leaderless_root(bool followed)
{
	root_begin(followed);
	in_thread(thread_without_leader);
	leader_leaves();
}

static void thread_executes_root(bool followed)
{
	root_begin(followed);
	in_thread(stand_and_finish);
	for (;;)
		pause();
}

static void thread_executes_without_leader(void)
{
	await_leader_gone();
	stand_and_finish();
}

static void leaderless_executes_root(bool followed)
{
	root_begin(followed);
	in_thread(thread_executes_without_leader);
	leader_leaves();
}

/* Started before its parent matched: not followed. */
static void early_root(bool followed)
{
	launch(stand_and_finish);
	root_begin(followed);
	stand();
	finish();
}

/* Ids that were used before: by a followed process, now by one that is not; and the reverse. */
static _Atomic pid_t *ids;
static bool id_followed;

static void short_life(void)
{
	mark(2);
}

static pid_t used_id(void)
{
	pid_t child = launch(short_life);

	await_child(child);
	/*
	 * The truth tells processes apart by id and start time, which /proc gives in hundredths
	 * of a second.
	 */
	usleep(20000);
	return child;
}

static pid_t await_id(int index)
{
	while (ids[index] == 0)
		usleep(500);
	return ids[index];
}

static void followed_side(void)
{
	root_begin(id_followed);
	ids[0] = used_id();
	launch_as(await_id(1), stand_and_finish);
	stand();
	finish();
}

static void used_id_root(bool followed)
{
	ids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(ids != MAP_FAILED, "mmap");
	id_followed = followed;
	launch(followed_side);
	launch_as(await_id(0), stand_and_finish);
	ids[1] = used_id();
	stand();
	finish();
}

const struct shape shapes[] = {
	{ "orphan", orphan_root, 0, 1 },
	{ "renamed", renamed_root, 0, 2 },
	{ "other-user", user_root, 0, 2 },
	{ "thread", thread_root, 0, 1 },
	{ "thread-matches", thread_matches_root, 0, 1 },
	{ "leaderless", leaderless_root, 0, 1 },
	{ "thread-executes", thread_executes_root, 0, 1 },
	{ "leaderless-executes", leaderless_executes_root, 0, 1 },
	{ "started-before-match", early_root, 0, 2 },
	{ "id-used-before", used_id_root, 0, 4 },
	{ 0 },
};
