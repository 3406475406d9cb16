/*
 * The generator: `mp-generator RUN FOLDER MATCH DECOY PROCESSES`. Speaks in lines of JSON on its
 * standard output, and does the next step at each line on its standard input:
 *
 *   {"say":"alive",…}      what has to live before the trace does; then begin the trace
 *   {"say":"standing",…}   all processes live; then they act
 *   {"say":"done",…}       all have ended
 *
 * The same program is every image that the processes execute.
 */
#include "experiment.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many may act at a time, and how many may be on their way to their place. */
#define TURNS 16
#define ON_THEIR_WAY 64
#define MINUTES_AT_MOST 20

static const struct shape *row;
static bool row_followed;

static void run_root(void)
{
	snprintf(self.shape, sizeof(self.shape), "%s", row->name);
	row->root(row_followed);
}

/* Every orphan comes to us. */
static void reap(int flags)
{
	int status;

	while (waitpid(-1, &status, flags) > 0)
		must(!stage->failed && WIFEXITED(status), "a process failed");
}

static void await_count(atomic_uint *count, unsigned wanted)
{
	while (*count < wanted) {
		reap(WNOHANG);
		must(!stage->failed, "a process failed");
		usleep(1000);
	}
}

static unsigned standing_of(const struct shape *table)
{
	unsigned standing = 0;

	for (; table->name; table++)
		standing += 2 * table->standing;
	return standing;
}

/*
 * How many were launched: the generator goes from one CPU to the next, since a fork is recorded
 * where the parent is.
 */
static unsigned launched;

/* Both sorts of every shape; `counter` is what its processes raise when they are in their place. */
static void launch_round(const struct shape *table, bool waits, unsigned *wanted)
{
	atomic_uint *counter = waits ? &stage->waiting : &stage->standing;

	for (row = table; row->name; row++) {
		for (int decoy = 0; decoy < 2; decoy++) {
			row_followed = !decoy;
			move_to_cpu(launched++);
			launch(run_root);
			*wanted += waits ? row->waiting : row->standing;
			if (*wanted > ON_THEIR_WAY)
				await_count(counter, *wanted - ON_THEIR_WAY);
		}
	}
}

static void put(int fd, int number)
{
	must(fd >= 0 && dup2(fd, number) == number, "dup2");
	close(fd);
}

static void prepare_folder(void)
{
	static const char *const folders[] = { "marks", "bin", "gone", "mnt", "root" };
	static const char *const executables[] = { "bin/late", "bin/other", "bin/interpreter", "root/inside" };
	FILE *script;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		must(!mkdir(inside(folders[i]), 0755), inside(folders[i]));
	must(!chmod(inside("marks"), 01777), "chmod");
	put(open("/proc/self/exe", O_RDONLY), FD_LATE);
	for (size_t i = 0; i < sizeof(executables) / sizeof(*executables); i++)
		copy_executable(inside(executables[i]), -1);
	put(open(inside("bin/late"), O_RDONLY), FD_LATE);
	script = fopen(inside("bin/script"), "we");
	must(script, "bin/script");
	fprintf(script, "#!%s/bin/interpreter\n", stage->folder);
	must(!fchmod(fileno(script), 0755) && !fclose(script), "bin/script");
	put(open(inside("marks"), O_RDONLY | O_DIRECTORY), FD_MARKS);
	put(open("/proc", O_RDONLY | O_DIRECTORY), FD_PROC);
	put(open(inside("truth"), O_CREAT | O_WRONLY | O_APPEND, 0600), FD_TRUTH);
}

static void prepare(char **argv)
{
	/*
	 * By its hostname's namespace, which nobody else is in, the experiment is told from all
	 * else on the machine.
	 */
	must(!unshare(CLONE_NEWUTS), "unshare(CLONE_NEWUTS)");
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl(PR_SET_CHILD_SUBREAPER)");
	stage_create();
	snprintf(stage->run, sizeof(stage->run), "%s", argv[1]);
	snprintf(stage->folder, sizeof(stage->folder), "%s", argv[2]);
	snprintf(stage->match, sizeof(stage->match), "%s", argv[3]);
	snprintf(stage->decoy, sizeof(stage->decoy), "%s", argv[4]);
	stage->generator = getpid();
	must(!sched_getaffinity(0, sizeof(stage->cpus), &stage->cpus), "sched_getaffinity");
	must(!sem_init(&stage->turns, 1, TURNS), "sem_init");
	must(readlink("/proc/self/exe", self.exe, sizeof(self.exe) - 1) > 0, "readlink");
	prepare_folder();
	self_identify();
}

static void await_line(void)
{
	char byte;

	do
		must(read(STDIN_FILENO, &byte, 1) == 1, "reading the next step");
	while (byte != '\n');
}

/* Nobody is left behind. */
static void end_all(int number)
{
	(void)number;
	kill(0, SIGKILL);
}

static int generate(char **argv)
{
	unsigned processes = atoi(argv[5]), waiting = 0, standing = 0, rounds;
	unsigned a_round = standing_of(shapes) + standing_of(binary_shapes) + standing_of(alive_shapes);
	char uts[64] = "";

	prepare(argv);
	signal(SIGTERM, end_all);
	signal(SIGALRM, end_all);
	alarm(MINUTES_AT_MOST * 60);
	rounds = (processes + a_round - 1) / a_round;
	for (unsigned round = 0; round < rounds; round++)
		launch_round(alive_shapes, true, &waiting);
	await_count(&stage->waiting, waiting);
	must(readlink("/proc/self/ns/uts", uts, sizeof(uts) - 1) > 0, "readlink");
	dprintf(STDOUT_FILENO, "{\"say\":\"alive\",\"processes\":%u,\"uts\":\"%s\"}\n", waiting, uts);
	await_line();

	stage_enter(PHASE_TRACED);
	standing = rounds * standing_of(alive_shapes);
	for (unsigned round = 0; round < rounds; round++) {
		launch_round(shapes, false, &standing);
		launch_round(binary_shapes, false, &standing);
	}
	await_count(&stage->standing, standing);
	dprintf(STDOUT_FILENO, "{\"say\":\"standing\",\"processes\":%u}\n", standing);
	await_line();

	stage_enter(PHASE_ACT);
	reap(0);
	dprintf(STDOUT_FILENO, "{\"say\":\"done\",\"processes\":%u,\"reused\":%u,\"notReused\":%u}\n",
		stage->processes + 1, stage->reused, stage->not_reused);
	await_line();
	self_ended(0);
	return 0;
}

/* An image: `NAME THEN STATE`. A script's interpreter has the script before them. */
static int image(char **argv)
{
	if (argv[1][0] == '/')
		argv++;
	stage_open();
	self_unpack(argv[2]);
	if (!strcmp(argv[1], "end"))
		finish_image();
	if (!strcmp(argv[1], "gone")) {
		must(!unlink(self.exe), "unlink");
		self_turn("turn");
		self.unlinked = true;
	}
	stand_and_finish();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 6)
		return generate(argv);
	if (argc == 3 || argc == 4)
		return image(argv);
	dprintf(STDERR_FILENO, "usage: mp-generator RUN FOLDER MATCH DECOY PROCESSES\n");
	return 2;
}
