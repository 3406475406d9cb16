/* The state of the launcher, and the messages between it, Node.js and the witness. */
#ifndef SPOOR_NATIVE_LAUNCH_H
#define SPOOR_NATIVE_LAUNCH_H

#include "gate.h"

enum {
	REQUEST_READY = 'r', REQUEST_OPENED = 'o', REQUEST_KILL = 'k', REQUEST_EXIT = 'x', REQUEST_END_BY = 'e',
	REQUEST_PLACE = 'p', REQUEST_SEAL = 's', REQUEST_REOPEN = 'f',
};
enum { REPORT_EXIT = 'E', REPORT_SIGNAL = 'S' };

struct request {
	u8 type;
	/* a signal, or the exit status for REQUEST_EXIT */
	u8 value;
};

struct report {
	u8 type;
	/* REPORT_SIGNAL: the signal, and 1 if the whole process group got it */
	u8 signal;
	u8 to_group;
	u8 unused;
	/* REPORT_EXIT: the wait status, as wait(2) returns it */
	u32 status;
};

/* A question to the witness: the signal, or WATCH_STOP with the command's process id. */
struct question {
	u32 signal;
	u32 pid;
};

enum { WATCH_STOP = 0 };

/* include/uapi/linux/wait.h */
enum { WNOHANG = 1, WUNTRACED = 2, WEXITED = 4, WCONTINUED = 8 };
/* si_code of SIGCHLD: include/uapi/asm-generic/siginfo.h */
enum { CLD_EXITED = 1, CLD_DUMPED = 3, CLD_STOPPED = 5 };

enum { NODE_CONTROL = 3, NODE_GATE = 4, NODE_FILES = 5 };

static struct {
	u64 pristine_mask;
	/* `files`: the socket that sends descriptors to Node.js */
	int signals, control, witness, files;
	int witness_pid, gate_pid, node_pid;
	int gated, ready, opened, rung;
	/* how Node.js wants the launcher to end */
	int exits, exit_status, end_by;
	/* 1 while the command lives, and while Node.js lives */
	int command_lives, node_lives;
	u32 command_status;
	int node_code, node_status;
} launch;

static void say(const char *first, const char *second, const char *third)
{
	char line[3 * PATH_SIZE], *at = append_text(line, "spoor: ");

	at = append_text(at, first);
	at = append_text(at, second);
	at = append_text(append_text(at, third), "\n");
	write_all(2, line, at - line);
}

#endif
