/* The witness is in the process group, to find out whether a signal was sent to all of it. */
#ifndef SPOOR_NATIVE_WITNESS_H
#define SPOOR_NATIVE_WITNESS_H

#include "launch.h"

/* Returns true if this process is stopped: the third field of /proc/PID/stat, behind the name. */
static int is_stopped(u32 pid)
{
	char path[64], text[512];
	long fd, size;

	append_text(append_number(append_text(path, "/proc/"), pid), "/stat");
	fd = sys_open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size = sys_read(fd, text, sizeof(text) - 1);
	sys_close(fd);
	if (size <= 0)
		return 0;
	while (size && text[size - 1] != ')')
		size--;
	return text[size + 1] == 'T';
}

/*
 * The witness blocks every signal. If a signal is pending for the witness too, it was sent to the
 * whole group. While the launcher is stopped with the command, the witness waits for the command to
 * continue. It then wakes the launcher.
 */
static _Noreturn void witness(int fd, int launcher)
{
	static const struct timespec at_once, tenth = { 0, 100000000 };
	struct question question;

	sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sys_getppid() != launcher)
		sys_exit(0);
	while (read_all(fd, &question, sizeof(question)) > 0) {
		u64 asked = question.signal ? bit_of(question.signal) : 0;
		u8 answer;

		if (question.signal == WATCH_STOP) {
			struct pollfd ended = { fd, POLLIN, 0 };

			while (is_stopped(question.pid) && sys_ppoll(&ended, 1, &tenth) == 0)
				;
			if (is_stopped(launcher))
				sys_kill(launcher, SIGCONT);
			continue;
		}
		answer = sys_sigtimedwait(&asked, 0, &at_once) == (long)question.signal;
		write_all(fd, &answer, 1);
	}
	sys_exit(0);
}

/*
 * Returns true if the whole process group got this signal too, from a terminal or from kill(0). The
 * kernel delivers a group's signal under a lock that setpgid() also takes. After this call, which
 * changes nothing, such a signal is pending for the witness. A sender that signals each process of
 * a cgroup takes a moment longer.
 */
static int to_group(u32 signal)
{
	static const struct timespec moment = { 0, 20000000 };
	struct question question = { signal, 0 };
	u8 answer = 0;

	sys_setpgid(launch.witness_pid, sys_getpgid(0));
	sys_ppoll(0, 0, &moment);
	write_all(launch.witness, &question, sizeof(question));
	if (read_all(launch.witness, &answer, 1) <= 0)
		return 0;
	return answer;
}

#endif
