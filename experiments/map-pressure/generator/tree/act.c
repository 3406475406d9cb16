/* The acts of a process. */
#include "experiment.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void rename_self(const char *comm)
{
	must(!prctl(PR_SET_NAME, comm, 0, 0, 0), "prctl(PR_SET_NAME)");
}

/* Every CPU has its share, and a process changes over between its acts. */
void move_to_cpu(unsigned index)
{
	int nth = index % CPU_COUNT(&stage->cpus), cpu = 0;
	cpu_set_t cpus;

	while (!CPU_ISSET(cpu, &stage->cpus) || nth-- > 0)
		cpu++;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	must(!sched_setaffinity(0, sizeof(cpus), &cpus), "sched_setaffinity");
}

void mark(unsigned count)
{
	char name[64];
	int fd;

	for (; count > 0; count--) {
		snprintf(name, sizeof(name), "%s-%u-%u", stage->run, self.process, self.marks++);
		fd = openat(FD_MARKS, name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
		must(fd >= 0, "opening a mark");
		close(fd);
		unlinkat(FD_MARKS, name, 0);
	}
}

static int exit_code(unsigned process)
{
	return 1 + process % 50;
}

void leave(void)
{
	int code = exit_code(self.process);

	self_ended(code);
	_exit(code);
}

/*
 * A child has its parent's name, which may be the one that matches: it is to be followed for its
 * descent alone.
 */
static _Noreturn void run_child(void (*body)(void))
{
	rename_self("mp-child");
	self_born();
	move_to_cpu(self.process);
	body();
	leave();
}

pid_t launch(void (*body)(void))
{
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child == 0)
		run_child(body);
	return child;
}

pid_t launch_as(pid_t tgid, void (*body)(void))
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&tgid,
		.set_tid_size = 1,
	};
	long child = syscall(SYS_clone3, &args, sizeof(args));

	if (child < 0 && errno == EEXIST) {
		stage->not_reused++;
		return launch(body);
	}
	must(child >= 0, "clone3 with a chosen id (root and kernel 5.5)");
	if (child == 0)
		run_child(body);
	must(child == tgid, "clone3 gave another id than the chosen one");
	stage->reused++;
	return child;
}

void await_child(pid_t child)
{
	int status;

	must(waitpid(child, &status, 0) == child, "waitpid");
	must(WIFEXITED(status) && WEXITSTATUS(status) != 99, "a child failed");
}

static void *run_thread(void *body)
{
	rename_self("mp-thread");
	self_untold();
	((void (*)(void))body)();
	return NULL;
}

void in_thread(void (*body)(void))
{
	pthread_t thread;

	self.threads++;
	must(!pthread_create(&thread, NULL, run_thread, (void *)body), "pthread_create");
}

/* The kernel writes 0 here when the leader has gone. */
static _Atomic pid_t leader = 1;

void leader_leaves(void)
{
	syscall(SYS_set_tid_address, &leader);
	/* Of this thread alone. */
	syscall(SYS_exit, 0);
	__builtin_unreachable();
}

void await_leader_gone(void)
{
	while (leader != 0)
		usleep(200);
}

void await_reparented(void)
{
	while (getppid() != stage->generator)
		usleep(500);
	self.told = TOLD_BY_WORDS;
}

void copy_to(int fd)
{
	struct stat facts;
	off_t offset = 0;

	must(!fstat(FD_LATE, &facts), "fstat");
	while (offset < facts.st_size)
		must(sendfile(fd, FD_LATE, &offset, facts.st_size - offset) > 0, "copying an executable");
}

/* A copy of the executable under this path; with `flags`, opened so. */
int copy_executable(const char *path, int flags)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);

	must(fd >= 0, path);
	copy_to(fd);
	close(fd);
	if (flags < 0)
		return -1;
	fd = open(path, flags);
	must(fd >= 0, path);
	return fd;
}

void become(const struct image *image)
{
	char state[3 * PATH_LENGTH], then[NAME_LENGTH];
	/* Copied: what they are in may be part of what changes. */
	char *argv[] = { "mp-image", then, state, NULL };
	char *environment[] = { NULL };

	self_turn("exec");
	self.is_new = true;
	if (self.told == TOLD_BY_TASK)
		self.told = TOLD_BY_WORDS;
	self.unlinked = image->unlinked;
	snprintf(self.exe, sizeof(self.exe), "%s", image->exe);
	if (image->path)
		snprintf(self.filename, sizeof(self.filename), "%s", image->path);
	else
		snprintf(self.filename, sizeof(self.filename), "/dev/fd/%d", image->fd);
	snprintf(then, sizeof(then), "%s", image->then);
	self_pack(state, sizeof(state));
	if (image->path)
		execve(self.filename, argv, environment);
	else
		syscall(SYS_execveat, image->fd, "", argv, environment, AT_EMPTY_PATH);
	die(self.filename);
}

void traced(void)
{
	stage->waiting++;
	stage_await(PHASE_TRACED);
	self.first_mark = self.marks;
	self.threads = 0;
}

void stand(void)
{
	stage->standing++;
	stage_await(PHASE_ACT);
	while (sem_wait(&stage->turns))
		;
	move_to_cpu(self.process + 1);
	/* Ancestors may be ahead of us. */
	if (self.told == TOLD_BY_ANCESTOR)
		self_untold();
}

static void grandchild(void)
{
	mark(2);
}

static void act_again(void)
{
	mark(2);
	await_child(launch(grandchild));
}

void finish(void)
{
	char exe[PATH_LENGTH * 2];

	act_again();
	snprintf(exe, sizeof(exe), "%s", inside("bin/late"));
	become(&(struct image){ .fd = FD_LATE, .exe = exe, .then = "end" });
}

void finish_image(void)
{
	mark(2);
	sem_post(&stage->turns);
	leave();
}

void finish_in_place(void)
{
	act_again();
	finish_image();
}

void stand_and_finish(void)
{
	mark(2);
	stand();
	finish();
}
