/* Memory that all processes share, and how they wait for one another. */
#include "experiment.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct stage *stage;

void stage_open(void)
{
	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED, FD_STAGE, 0);
	must(stage != MAP_FAILED, "mmap of the stage");
}

void stage_create(void)
{
	int fd = memfd_create("map-pressure", 0);

	must(fd >= 0 && !ftruncate(fd, sizeof(*stage)), "memfd_create");
	must(dup2(fd, FD_STAGE) == FD_STAGE, "dup2");
	close(fd);
	stage_open();
}

void stage_enter(enum phase phase)
{
	stage->phase = phase;
	syscall(SYS_futex, &stage->phase, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void stage_await(enum phase phase)
{
	for (;;) {
		uint32_t now = stage->phase;

		if (now >= phase)
			return;
		syscall(SYS_futex, &stage->phase, FUTEX_WAIT, now, NULL, NULL, 0);
	}
}

void die(const char *what)
{
	dprintf(STDERR_FILENO, "map-pressure: process %u (%s): %s: %s\n", self.process, self.shape, what,
		strerror(errno));
	if (stage)
		stage->failed = true;
	/* The generator takes all that it has started with it: they are of its process group. */
	if (stage && stage->generator == getpid() && getpgrp() == getpid())
		kill(0, SIGKILL);
	_exit(99);
}

void must(bool ok, const char *what)
{
	if (!ok)
		die(what);
}

const char *inside(const char *name)
{
	static _Thread_local char path[PATH_LENGTH * 2];

	snprintf(path, sizeof(path), "%s/%s", stage->folder, name);
	return path;
}
