/*
 * The native launcher of `spoor`. It starts before Node.js, because Node.js changes at its start
 * what a command inherits (signal dispositions, limits, descriptors).
 *
 * `spoor trace` is four processes:
 *
 *   launcher   waits for the two below, passes signals on, and ends as the command ended
 *   ├─ witness   in the process group: reports whether a signal was sent to the whole group
 *   ├─ gate      forked before anything was changed; becomes the command
 *   └─ node      the tracer, in its own session: gets no signals of the terminal or of the group
 *
 * The other subcommands need no such protection: the launcher executes Node.js in its own place.
 *
 * The launcher and Node.js share a socket (descriptor 3 of Node.js). The gate and Node.js share
 * another (4). Files that the launcher opens are received on a third (5). `SPOOR_LAUNCHER` is
 * `3:4:PID of the gate:5`. It is `3:::5` without a command, and empty if nothing is shared.
 *
 *   node → launcher   struct request: ready for the doorbell, gate opened, send this signal, exit,
 *                     end by this signal, and the requests of places.h
 *   launcher → node   struct report: the command ended, a signal was received. The doorbell SIGUSR2
 *                     announces a report
 */
#include "node.h"
#include "supervise.h"

/* Own descriptors must not be 0, 1 or 2, which the caller may have closed. */
static int raised(int fd)
{
	int high = sys_fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (fd > 2)
		sys_close(high);
	else
		sys_close(fd);
	return fd > 2 ? fd : high;
}

static void pair(int fds[2])
{
	if (sys_socketpair(SOCK_STREAM | SOCK_CLOEXEC, fds)) {
		say("no socket could be made: too many open files", "", "");
		sys_exit(1);
	}
	fds[0] = raised(fds[0]);
	fds[1] = raised(fds[1]);
}

static int forked(void)
{
	int pid = sys_fork();

	if (pid < 0) {
		say("no process could be started: the limit of processes is reached", "", "");
		sys_exit(1);
	}
	return pid;
}

/*
 * Replaces a standard stream of the launcher by /dev/null. The other end of a pipe must see the
 * stream close when the command closes it.
 */
static void leave_stream(int fd)
{
	long null = sys_open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0) {
		sys_close(fd);
	} else if (null != fd) {
		sys_dup(null, fd, 0);
		sys_close(null);
	}
}

static u64 all_signals(void)
{
	return ~(bit_of(SIGKILL) | bit_of(SIGSTOP));
}

static _Noreturn void trace(int argc, char **argv, char **env, long *auxiliary, char **command)
{
	static const struct sigaction usual;
	static const int ending[] = { SIGINT, SIGQUIT, SIGTERM };
	int control[2], gate[2] = { -1, -1 }, witnessing[2], files[2], launcher = sys_getpid();
	u64 all = all_signals();
	long securebits;

	sys_sigprocmask(SIG_SETMASK, &all, &launch.pristine_mask);
	pair(control);
	pair(witnessing);
	pair(files);
	if (command)
		pair(gate);
	launch.witness_pid = forked();
	if (!launch.witness_pid) {
		sys_dup(witnessing[1], 3, O_CLOEXEC);
		sys_close_from(4);
		leave_stream(0);
		leave_stream(1);
		leave_stream(2);
		witness(3, launcher);
	}
	if (command) {
		launch.gate_pid = forked();
		if (!launch.gate_pid) {
			sys_close(gate[0]);
			sys_close(control[0]);
			sys_close(control[1]);
			sys_close(witnessing[0]);
			sys_close(witnessing[1]);
			sys_close(files[0]);
			sys_close(files[1]);
			sys_sigprocmask(SIG_SETMASK, &launch.pristine_mask, 0);
			wait_at_gate(gate[1], command, env);
		}
		launch.gated = launch.command_lives = 1;
	}
	launch.control = control[0];
	launch.node_pid = forked();
	if (!launch.node_pid) {
		u64 none = 0;

		/*
		 * Ctrl-C to the group must not end the tracer. Without a controlling terminal it
		 * never stops.
		 */
		sys_setsid();
		sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (sys_getppid() != launcher)
			sys_exit(0);
		/*
		 * All threads of Node.js inherit this. Without root, the executable file may grant
		 * rights.
		 */
		if (sys_geteuid() == 0) {
			sys_prctl(PR_SET_NO_NEW_PRIVS, 1);
			/* The threads then lose their capabilities with the user id. */
			securebits = sys_prctl(PR_GET_SECUREBITS, 0);
			if (securebits > 0)
				sys_prctl(PR_SET_SECUREBITS, securebits & ~SECBIT_NO_SETUID_FIXUP);
		}
		/* Above both numbers, so that neither is overwritten before it is moved. */
		control[1] = sys_fcntl(control[1], F_DUPFD_CLOEXEC, 6);
		files[1] = sys_fcntl(files[1], F_DUPFD_CLOEXEC, 6);
		sys_fcntl(control[1], F_SETFL, O_RDWR | O_NONBLOCK);
		if (command)
			gate[0] = sys_fcntl(gate[0], F_DUPFD_CLOEXEC, 6);
		sys_dup(control[1], NODE_CONTROL, 0);
		if (command)
			sys_dup(gate[0], NODE_GATE, 0);
		else
			sys_close(NODE_GATE);
		sys_dup(files[1], NODE_FILES, 0);
		sys_close_from(NODE_FILES + 1);
		if (command)
			leave_stream(0);
		sys_sigaction(SIGCHLD, &usual, 0);
		sys_sigprocmask(SIG_SETMASK, &none, 0);
		become_node(argc, argv, env, auxiliary);
	}
	launch.node_lives = 1;
	/* An ignored SIGCHLD would discard the exit status of the command. */
	sys_sigaction(SIGCHLD, &usual, 0);
	/*
	 * A shell ignores the first two for background jobs. They still end a trace without a
	 * command.
	 */
	if (!command)
		for (u64 i = 0; i < sizeof(ending) / sizeof(*ending); i++)
			sys_sigaction(ending[i], &usual, 0);
	launch.signals = raised(sys_signalfd(&all, O_CLOEXEC | O_NONBLOCK));
	if (launch.signals < 0) {
		/* The gate and Node.js end with this process. */
		say("signals cannot be read: too many open files", "", "");
		sys_exit(1);
	}
	sys_close(control[1]);
	sys_close(witnessing[1]);
	sys_close(files[1]);
	if (command) {
		sys_close(gate[0]);
		sys_close(gate[1]);
	}
	launch.witness = witnessing[0];
	launch.files = files[0];
	/* All other open descriptors belong to the command. */
	for (int fd = 3; fd < 1024; fd++)
		if (fd != launch.signals && fd != launch.control && fd != launch.witness &&
		    fd != launch.files)
			sys_close(fd);
	sys_close_from(1024);
	leave_stream(0);
	leave_stream(1);
	supervise();
}

/* Returns the command of `spoor trace … -- COMMAND`; NULL without one. */
static char **command_of(int argc, char **argv)
{
	for (int i = 2; i + 1 < argc; i++)
		if (equals(argv[i], "--"))
			return argv + i + 1;
	return 0;
}

__attribute__((used)) void start(long *stack)
{
	long argc = *stack;
	char **argv = (char **)(stack + 1);
	char **env = argv + argc + 1;
	long *auxiliary = (long *)env;

	while (*auxiliary)
		auxiliary++;
	auxiliary++;
	check_descriptors();
	if (argc > 1 && equals(argv[1], "trace"))
		trace(argc, argv, env, auxiliary, command_of(argc, argv));
	become_node(argc, argv, env, auxiliary);
}
