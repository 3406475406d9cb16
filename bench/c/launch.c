/*
 * launch [-t] COMMAND ARG…: says "NS" on descriptor 3, the moment before the command begins by
 * CLOCK_MONOTONIC, and becomes the command. It ends with whoever started it. With -t it sees
 * tracefs, in a mount namespace of its own: some tracers need it, and nothing stays mounted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "launch: %s: %s\n", what, strerror(errno));
	return 127;
}

static int show_tracefs(void)
{
	const char *folder = "/sys/kernel/tracing";

	if (access("/sys/kernel/tracing/events", F_OK) == 0)
		return 0;
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount("tracefs", folder, "tracefs", 0, NULL);
}

int main(int argc, char **argv)
{
	pid_t starter = getppid();
	struct timespec now;
	int first = 1;

	if (argc > first && strcmp(argv[first], "-t") == 0) {
		first++;
		if (show_tracefs())
			return fail("tracefs");
	}
	if (argc <= first)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != starter)
		return 1;
	fcntl(3, F_SETFD, FD_CLOEXEC);
	clock_gettime(CLOCK_MONOTONIC, &now);
	dprintf(3, "%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	execvp(argv[first], &argv[first]);
	return fail(argv[first]);
}
