/*
 * The traced program. It obeys each line of its input, and answers with the nanoseconds that this
 * took. It ends with its input.
 *
 * pin CPU            stays on that CPU map PID FD         takes a map from another process, for
 * `states` closes N           N system calls that no event is made of opens N            opens and
 * closes its own file states N EVERY     the same, and before each a deletion in the map: every
 * EVERYth its own entry, the others an entry that is not there. 0: never its own execs N
 * starts a program and waits for it forks N            the same without a program connects N
 * to a port of its own run COMMAND        runs a line of the shell, without a word from it hold N
 * N more processes that live until its end pulse MS           executes itself again and again,
 * until it is killed; the one that is executed connects, and ends
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *self;
static int map_fd = -1;

static void die(const char *what)
{
	fprintf(stderr, "work: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void pin(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("pin");
}

static void take_map(long pid, long fd)
{
	int process = syscall(SYS_pidfd_open, pid, 0);

	if (process < 0 || (map_fd = syscall(SYS_pidfd_getfd, process, fd, 0)) < 0)
		die("map");
	close(process);
}

static void open_once(void)
{
	int fd = open(self, O_RDONLY);

	if (fd < 0)
		die("open");
	close(fd);
}

static void forget(__u32 key)
{
	/* Static: the bytes behind those that are set have to be zero. */
	static union bpf_attr attr;

	attr.map_fd = map_fd;
	attr.key = (__u64)(unsigned long)&key;
	syscall(SYS_bpf, BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
}

static void states(long count, long every)
{
	__u32 own = getpid();

	for (long i = 0; i < count; i++) {
		/* 0 is the key of no process. */
		forget(every && i % every == 0 ? own : 0);
		open_once();
	}
}

static void wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		die("wait");
}

static void execs(long count)
{
	char *const argv[] = { "true", "bench-leaf", NULL };

	for (long i = 0; i < count; i++) {
		pid_t child;

		errno = posix_spawn(&child, "/bin/true", NULL, NULL, argv, environ);
		if (errno)
			die("/bin/true");
		wait_for(child);
	}
}

static void forks(long count)
{
	for (long i = 0; i < count; i++) {
		pid_t child = vfork();

		if (child < 0)
			die("fork");
		if (child == 0)
			_exit(0);
		wait_for(child);
	}
}

static void run(char *command)
{
	char *const argv[] = { "sh", "-c", command, NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	errno = posix_spawn(&child, "/bin/sh", &actions, NULL, argv, environ);
	if (errno)
		die("/bin/sh");
	posix_spawn_file_actions_destroy(&actions);
	if (waitpid(child, &status, 0) != child || status != 0) {
		errno = 0;
		fprintf(stderr, "work: run: ended with %#x: %s", status, command);
		exit(1);
	}
}

static void connects(long count)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct linger reset = { .l_onoff = 1 };

	if (listener < 0 || bind(listener, (void *)&address, length) || listen(listener, 16) ||
	    getsockname(listener, (void *)&address, &length))
		die("listen");
	for (long i = 0; i < count; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0), other;

		if (fd < 0 || connect(fd, (void *)&address, length))
			die("connect");
		other = accept(listener, NULL, NULL);
		if (other < 0)
			die("accept");
		/* No port is left waiting. */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
		close(other);
	}
	close(listener);
}

static void hold(long count)
{
	for (long i = 0; i < count; i++) {
		pid_t parent = getpid(), child = fork();

		if (child < 0)
			die("fork");
		if (child)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		for (;;)
			pause();
	}
}

static void pulse(long ms)
{
	struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	char *const argv[] = { (char *)self, "leaf", NULL };

	for (;;) {
		pid_t child;

		errno = posix_spawn(&child, self, NULL, NULL, argv, environ);
		if (errno)
			die(self);
		wait_for(child);
		nanosleep(&pause, NULL);
	}
}

static void perform(const char *what, long first, long second)
{
	if (strcmp(what, "pin") == 0)
		pin(first);
	else if (strcmp(what, "map") == 0)
		take_map(first, second);
	else if (strcmp(what, "closes") == 0)
		for (long i = 0; i < first; i++)
			close(-1);
	else if (strcmp(what, "opens") == 0)
		for (long i = 0; i < first; i++)
			open_once();
	else if (strcmp(what, "states") == 0)
		states(first, second);
	else if (strcmp(what, "execs") == 0)
		execs(first);
	else if (strcmp(what, "forks") == 0)
		forks(first);
	else if (strcmp(what, "connects") == 0)
		connects(first);
	else if (strcmp(what, "hold") == 0)
		hold(first);
	else if (strcmp(what, "pulse") == 0)
		pulse(first);
	else {
		errno = EINVAL;
		die(what);
	}
}

int main(int argc, char **argv)
{
	char line[4096], what[32];

	self = argv[0];
	if (argc > 1) {
		connects(1);
		return 0;
	}
	while (fgets(line, sizeof(line), stdin)) {
		long first = 0, second = 0;
		long long begun;

		if (sscanf(line, "%31s %ld %ld", what, &first, &second) < 1)
			continue;
		begun = now();
		if (strcmp(what, "run") == 0)
			run(line + strlen("run "));
		else
			perform(what, first, second);
		printf("%lld\n", now() - begun);
		fflush(stdout);
	}
	return 0;
}
