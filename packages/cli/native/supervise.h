/* Supervises the children: passes signals on, stops with the command, and ends as it did. */
#ifndef SPOOR_NATIVE_SUPERVISE_H
#define SPOOR_NATIVE_SUPERVISE_H

#include "places.h"
#include "witness.h"

static void ring(void)
{
	launch.rung = 1;
	if (launch.ready && launch.node_lives)
		sys_kill(launch.node_pid, SIGUSR2);
}

static void report(u8 type, u8 signal, u8 group, u32 status)
{
	struct report report = { type, signal, group, 0, status };

	write_all(launch.control, &report, sizeof(report));
	ring();
}

/* Stops like the command, so that a shell sees its job stop. Returns when continued. */
static void stop_by(int signal)
{
	static const struct sigaction usual;
	struct question watch = { WATCH_STOP, launch.gate_pid };
	struct sigaction before;
	u64 bit = bit_of(signal);

	if (launch.command_lives)
		write_all(launch.witness, &watch, sizeof(watch));
	if (signal == SIGSTOP) {
		sys_kill(sys_getpid(), signal);
		return;
	}
	/* The signal is sent while it is blocked, so a pending one is not counted twice. */
	sys_sigaction(signal, &usual, &before);
	sys_kill(sys_getpid(), signal);
	sys_sigprocmask(SIG_UNBLOCK, &bit, 0);
	sys_sigprocmask(SIG_BLOCK, &bit, 0);
	sys_sigaction(signal, &before, 0);
}

/* Discards the SIGCONT that continued this process, so that it is not passed on. */
static void forget_continue(void)
{
	static const struct timespec at_once;
	u64 bit = bit_of(SIGCONT);

	sys_sigtimedwait(&bit, 0, &at_once);
	to_group(SIGCONT);
}

/* Converts the result of waitid(2) to a wait status of wait(2). */
static u32 wait_status(const struct child_info *info)
{
	if (info->code == CLD_EXITED)
		return (info->status & 0xff) << 8;
	return (info->status & 0x7f) | (info->code == CLD_DUMPED ? 0x80 : 0);
}

static void command_changed(const struct child_info *info)
{
	if (info->code == CLD_STOPPED) {
		stop_by(info->status);
		forget_continue();
		/* A SIGCONT to the launcher alone is meant for the command. */
		if (is_stopped(launch.gate_pid))
			sys_kill(launch.gate_pid, SIGCONT);
	} else if (info->code <= CLD_DUMPED) {
		launch.command_lives = 0;
		launch.command_status = wait_status(info);
		report(REPORT_EXIT, 0, 0, launch.command_status);
	}
}

/* Handles all changes of children. Several changes may share one SIGCHLD. */
static void reap(void)
{
	for (;;) {
		struct child_info info = {};

		if (sys_waitid(0, &info, WEXITED | WUNTRACED | WCONTINUED | WNOHANG) || !info.pid)
			return;
		if (info.pid == launch.gate_pid) {
			command_changed(&info);
		} else if (info.pid == launch.node_pid && info.code <= CLD_DUMPED) {
			launch.node_lives = 0;
			launch.node_code = info.code;
			launch.node_status = info.status;
		}
	}
}

/* Without a command, or after its end, a stop from the terminal stops the tracer. */
static void stop_tracer(int signal)
{
	sys_kill(launch.node_pid, SIGSTOP);
	stop_by(signal);
	sys_kill(launch.node_pid, SIGCONT);
}

static void signal_came(u32 signal)
{
	int group;

	if (signal == SIGCHLD)
		return;
	if (!launch.command_lives) {
		if (signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)
			return stop_tracer(signal);
		if (signal == SIGQUIT)
			signal = SIGTERM;
		if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP)
			report(REPORT_SIGNAL, signal, to_group(signal), 0);
		return;
	}
	group = to_group(signal);
	/* Node.js handles these three: the second ends the trace. */
	if (launch.node_lives && (signal == SIGINT || signal == SIGTERM || signal == SIGHUP))
		return report(REPORT_SIGNAL, signal, group, 0);
	/* A signal to this process alone is meant for the command. */
	if (!group)
		sys_kill(launch.gate_pid, signal);
}

static void requested(void)
{
	struct request request;

	/* The stream ends when Node.js exits, which SIGCHLD reports. */
	if (read_all(launch.control, &request, sizeof(request)) <= 0) {
		sys_close(launch.control);
		launch.control = -1;
		return;
	}
	switch (request.type) {
	case REQUEST_READY:
		launch.ready = 1;
		if (launch.rung)
			ring();
		return;
	case REQUEST_OPENED:
		launch.opened = 1;
		return;
	case REQUEST_KILL:
		if (launch.command_lives)
			sys_kill(launch.gate_pid, request.value);
		return;
	case REQUEST_PLACE:
		return keep_place(request.value);
	case REQUEST_SEAL:
		places_sealed = 1;
		return;
	case REQUEST_REOPEN:
		return reopen_place(request.value);
	case REQUEST_EXIT:
		launch.exits = 1;
		launch.exit_status = request.value;
		return;
	case REQUEST_END_BY:
		launch.exits = 1;
		launch.end_by = request.value;
		return;
	}
}

/* Ends by the signal that ended the command, so that the caller sees it. Dumps no core. */
static _Noreturn void end_by(int signal)
{
	static const struct sigaction usual;
	static const u64 no_core[2];
	u64 bit = bit_of(signal);

	sys_prlimit(RLIMIT_CORE, no_core);
	sys_sigaction(signal, &usual, 0);
	sys_kill(sys_getpid(), signal);
	sys_sigprocmask(SIG_UNBLOCK, &bit, 0);
	sys_exit(128 + signal);
}

static void wait_for_events(void)
{
	struct {
		u32 signal;
		u32 rest[31];
	} came;
	struct pollfd fds[2] = { { launch.signals, POLLIN, 0 }, { launch.control, POLLIN, 0 } };

	if (sys_ppoll(fds, 2, 0) <= 0)
		return;
	/* signalfd returns the lowest number first. Many other signals would delay SIGCHLD. */
	reap();
	/* Requests come first: Node.js says how to end, and then ends. */
	if (launch.control >= 0 && fds[1].revents)
		return requested();
	if (fds[0].revents && read_all(launch.signals, &came, sizeof(came)) > 0)
		signal_came(came.signal);
}

/* Node.js did not end by its own decision. The command must not lose its parent. */
static _Noreturn void tracer_was_killed(void)
{
	char number[24];

	append_number(number, launch.node_status);
	if (!launch.command_lives || !launch.opened) {
		say("the tracer was killed by signal ", number, "");
		sys_exit(128 + launch.node_status);
	}
	say("the tracer was killed by signal ", number, "; the command is still running, but no longer traced");
	while (launch.command_lives)
		wait_for_events();
	if (launch.command_status & 0x7f)
		end_by(launch.command_status & 0x7f);
	/* The status is not 0, because the trace is incomplete. */
	sys_exit(launch.command_status ? launch.command_status >> 8 : 1);
}

static _Noreturn void supervise(void)
{
	static const struct timespec at_once;
	struct pollfd control = { launch.control, POLLIN, 0 };

	while (launch.node_lives)
		wait_for_events();
	/*
	 * Handle the last requests. A child of Node.js may keep the socket open, so do not wait for
	 * its end.
	 */
	while (launch.control >= 0 && sys_ppoll(&control, 1, &at_once) > 0)
		requested();
	if (!launch.exits && launch.node_code != CLD_EXITED)
		tracer_was_killed();
	/* A gate that was never opened saw its socket close, and is about to exit. */
	while (!launch.opened && launch.command_lives)
		wait_for_events();
	if (launch.end_by)
		end_by(launch.end_by);
	sys_exit(launch.exits ? launch.exit_status : launch.node_status);
}

#endif
