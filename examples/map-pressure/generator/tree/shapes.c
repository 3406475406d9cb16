/* Trees that begin during the trace. Each is run twice: as a tree that is followed, and as a decoy that is not. */
#include "experiment.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
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

static _Noreturn void root_with(bool followed, void (*body)(void))
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

/* What matched has another name by now. */
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

static void executed(void)
{
	char path[PATH_LENGTH * 2];

	snprintf(path, sizeof(path), "%s", inside("bin/other"));
	become(&(struct image){ .path = path, .exe = path, .then = "stand" });
}

static void executed_root(bool followed)
{
	root_with(followed, executed);
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
	/* The truth tells processes apart by id and start time, which /proc gives in hundredths of a second. */
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

static void delete_after_exec(void)
{
	char name[32], path[PATH_LENGTH * 2];

	snprintf(name, sizeof(name), "gone/%u", self.process);
	snprintf(path, sizeof(path), "%s", inside(name));
	copy_executable(path, -1);
	/* Deleted by the image itself: its name is whole in the exec, and gone later. */
	become(&(struct image){ .path = path, .exe = path, .then = "gone" });
}

static void delete_before_exec(void)
{
	char name[32], path[PATH_LENGTH * 2];
	int fd;

	snprintf(name, sizeof(name), "gone/%u", self.process);
	snprintf(path, sizeof(path), "%s", inside(name));
	fd = copy_executable(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	become(&(struct image){ .fd = fd, .exe = path, .then = "stand", .unlinked = true });
}

static void deleted_root(bool followed)
{
	root_begin(followed);
	launch(delete_before_exec);
	launch(delete_after_exec);
	stand();
	finish();
}

static void script(void)
{
	char path[PATH_LENGTH * 2], interpreter[PATH_LENGTH * 2];

	snprintf(path, sizeof(path), "%s", inside("bin/script"));
	snprintf(interpreter, sizeof(interpreter), "%s", inside("bin/interpreter"));
	become(&(struct image){ .path = path, .exe = interpreter, .then = "stand" });
}

static void script_root(bool followed)
{
	root_with(followed, script);
}

static void memfd(void)
{
	char name[32], exe[64];
	int fd;

	snprintf(name, sizeof(name), "mp-%u", self.process);
	snprintf(exe, sizeof(exe), "/memfd:%s", name);
	fd = memfd_create(name, MFD_CLOEXEC);
	must(fd >= 0, "memfd_create");
	copy_to(fd);
	become(&(struct image){ .fd = fd, .exe = exe, .then = "stand", .unlinked = true });
}

static void memfd_root(bool followed)
{
	root_with(followed, memfd);
}

static void in_other_mounts(void)
{
	char path[PATH_LENGTH * 2];

	snprintf(path, sizeof(path), "%s", inside("mnt/inside"));
	become(&(struct image){ .path = path, .exe = path, .then = "stand" });
}

/* The first process of a new process namespace, which runs what only its own mounts have. */
static void namespaces(void)
{
	must(!unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare");
	must(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
	must(!mount("none", inside("mnt"), "tmpfs", 0, "size=8m"), "mount of a tmpfs");
	copy_executable(inside("mnt/inside"), -1);
	mark(1);
	await_child(launch(in_other_mounts));
	/* All have acted, and ended perhaps. */
	self_untold();
}

static void namespaces_root(bool followed)
{
	root_with(followed, namespaces);
}

static void in_chroot(void)
{
	char exe[PATH_LENGTH * 2];

	snprintf(exe, sizeof(exe), "%s", inside("root/inside"));
	must(!chroot(inside("root")) && !chdir("/"), "chroot");
	mark(1);
	become(&(struct image){ .path = "/inside", .exe = exe, .then = "stand" });
}

static void chroot_root(bool followed)
{
	root_with(followed, in_chroot);
}

const struct shape shapes[] = {
	{ "orphan", orphan_root, 0, 1 },
	{ "renamed", renamed_root, 0, 2 },
	{ "executed", executed_root, 0, 2 },
	{ "other-user", user_root, 0, 2 },
	{ "thread", thread_root, 0, 1 },
	{ "thread-matches", thread_matches_root, 0, 1 },
	{ "leaderless", leaderless_root, 0, 1 },
	{ "thread-executes", thread_executes_root, 0, 1 },
	{ "leaderless-executes", leaderless_executes_root, 0, 1 },
	{ "started-before-match", early_root, 0, 2 },
	{ "id-used-before", used_id_root, 0, 4 },
	{ "deleted", deleted_root, 0, 3 },
	{ "script", script_root, 0, 2 },
	{ "memfd", memfd_root, 0, 2 },
	{ "namespaces", namespaces_root, 0, 2 },
	{ "chroot", chroot_root, 0, 2 },
	{ 0 },
};
