/*
 * Trees that begin during the trace, in which it is hard to tell which binary a process runs.
 * Each is run twice, as in shapes.c.
 */
#include "experiment.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

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

const struct shape binary_shapes[] = {
	{ "executed", executed_root, 0, 2 },
	{ "deleted", deleted_root, 0, 3 },
	{ "script", script_root, 0, 2 },
	{ "memfd", memfd_root, 0, 2 },
	{ "namespaces", namespaces_root, 0, 2 },
	{ "chroot", chroot_root, 0, 2 },
	{ 0 },
};
