/*
 * The native launcher of `spoor`: it exists before Node.js does, since Node.js changes at its start what a command inherits
 * (signal dispositions, limits, descriptors).
 *
 * `spoor trace` is four processes:
 *
 *   launcher   waits for the two below, passes signals on, and ends as the command ended
 *   ├─ witness   in the process group: tells whether a signal was sent to the whole group
 *   ├─ gate      forked before anything was changed; becomes the command
 *   └─ node      the tracer, in a session of its own: no signal of the terminal or of the group reaches it
 *
 * The other subcommands have nothing to protect: the launcher executes Node.js in its own place.
 *
 * The launcher and Node.js share a socket (descriptor 3 of Node.js), the gate and Node.js another (4). `SPOOR_LAUNCHER` is
 * `3:4:PID of the gate`, `3::` without a command, or empty where nothing is shared.
 *
 *   node → launcher   struct request: ready for the doorbell, gate opened, send this signal, exit, end by this signal
 *   launcher → node   struct report: the command ended, a signal came. SIGUSR2 is the doorbell: there is one to read
 */
#include "gate.h"

enum {
	REQUEST_READY = 'r', REQUEST_OPENED = 'o', REQUEST_KILL = 'k', REQUEST_EXIT = 'x', REQUEST_END_BY = 'e',
};
enum { REPORT_EXIT = 'E', REPORT_SIGNAL = 'S' };

struct request {
	u8 type;
	/* a signal or, of REQUEST_EXIT, the exit status */
	u8 value;
};

struct report {
	u8 type;
	/* REPORT_SIGNAL: which one, and whether the whole process group got it */
	u8 signal;
	u8 to_group;
	u8 unused;
	/* REPORT_EXIT: the wait status, as wait(2) has it */
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

enum { NODE_CONTROL = 3, NODE_GATE = 4 };

static struct {
	u64 pristine_mask;
	int signals, control, witness;
	int witness_pid, gate_pid, node_pid;
	int gated, ready, opened, rung;
	/* how node wants us to end */
	int exits, exit_status, end_by;
	/* the command lives; so does node */
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

/* Variables that act on Node.js or on its dynamic loader. They are meant for the command, which has them. */
static int acts_on_node(const char *variable)
{
	static const char *const begins[] = {
		"NODE_", "UV_", "V8_", "LD_PRELOAD=", "LD_AUDIT=", "LD_DEBUG", "LD_PROFILE", "LD_BIND_NOW=", "OPENSSL_CONF=",
		"SSL_CERT_", "SPOOR_LAUNCHER=",
	};

	for (u64 i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (begins_with(variable, begins[i]))
			return 1;
	return 0;
}

static int no_memory(void *bytes)
{
	return (long)bytes < 0 && (long)bytes > -4096;
}

/* Where this program lies: from the kernel or, without /proc, from the name that it was executed by. */
static long own_folder(long *auxiliary, char *path)
{
	const char *name = "";
	long length = sys_readlink("/proc/self/exe", path, PATH_SIZE - 1);

	if (length > 0) {
		path[length] = 0;
	} else {
		for (; auxiliary[0]; auxiliary += 2)
			if (auxiliary[0] == AT_EXECFN)
				name = (const char *)auxiliary[1];
		if (length_of(name) >= PATH_SIZE)
			return -ENAMETOOLONG;
		append_text(path, name);
		for (int hops = 0; hops < 40; hops++) {
			char target[PATH_SIZE];
			long slash, size = sys_readlink(path, target, sizeof(target) - 1);

			if (size <= 0)
				break;
			target[size] = 0;
			slash = length_of(path);
			while (slash && path[slash - 1] != '/')
				slash--;
			if (target[0] == '/')
				slash = 0;
			if (slash + size >= PATH_SIZE)
				return -ENAMETOOLONG;
			append_text(path + slash, target);
		}
	}
	length = length_of(path);
	while (length && path[length - 1] != '/')
		length--;
	path[length] = 0;
	return length;
}

/* Executes Node.js with the command's script in place of this process. */
static _Noreturn void become_node(int argc, char **argv, char **env, long *auxiliary)
{
	static char script[2 * PATH_SIZE];
	static char launcher_variable[64];
	long length = own_folder(auxiliary, script);
	u64 variables = 0;
	char **arguments, **clean, *at;
	long status;

	if (length < 0) {
		say("the path of the launcher is too long", "", "");
		sys_exit(1);
	}
	append_text(script + length, "spoor.cjs");
	while (env[variables])
		variables++;
	arguments = (char **)sys_mmap((argc + 4) * sizeof(*arguments));
	clean = (char **)sys_mmap((variables + 2) * sizeof(*clean));
	if (no_memory(arguments) || no_memory(clean)) {
		say("no memory to start Node.js", "", "");
		sys_exit(1);
	}
	arguments[0] = "node";
	/* One thread of V8's own is enough; scripts/build-package.mjs reads this line. */
	arguments[1] = "--v8-pool-size=1";
	arguments[2] = script;
	for (int i = 1; i <= argc; i++)
		arguments[i + 2] = argv[i];
	at = append_text(launcher_variable, "SPOOR_LAUNCHER=");
	if (launch.control) {
		at = append_text(append_number(at, NODE_CONTROL), ":");
		if (launch.gated)
			at = append_number(at, NODE_GATE);
		at = append_text(at, ":");
		if (launch.gated)
			append_number(at, launch.gate_pid);
	}
	variables = 0;
	for (; *env; env++)
		if (!acts_on_node(*env))
			clean[variables++] = *env;
	clean[variables++] = launcher_variable;
	clean[variables] = 0;
	status = execute(arguments, clean);
	say(status == -ENOENT ? "Node.js was not found: no program called node is in PATH."
			      : "Node.js could not be executed: the program called node in PATH is not executable.",
	    "", " Node.js 20.19 or later is needed.");
	sys_exit(GATE_NOT_FOUND);
}

/* Descriptors of ours must not be 0, 1 or 2, which the caller may have closed. */
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

/* Standard input and output are the command's: whoever is at their other end must see them close when the command closes them. */
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

/* Whether this process is stopped: the third field of /proc/PID/stat, behind the name. */
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
 * The witness blocks every signal and is never told one apart: a signal that waits for it as well was sent to the whole group.
 * While the launcher is stopped with the command, the witness looks for the command to go on, and wakes the launcher.
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
 * Whether the whole process group got this signal too, from a terminal or from kill(0). The kernel delivers to a group under a
 * lock that setpgid() takes as well, so after this call that changes nothing the witness has its signal if it gets one. Who
 * signals each process of a cgroup takes a moment longer.
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

/* Stops as the command has stopped, so that a shell sees its job stop. Returns when it is continued. */
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
	/* Sent while it is blocked: with one that waits already it counts once. */
	sys_sigaction(signal, &usual, &before);
	sys_kill(sys_getpid(), signal);
	sys_sigprocmask(SIG_UNBLOCK, &bit, 0);
	sys_sigprocmask(SIG_BLOCK, &bit, 0);
	sys_sigaction(signal, &before, 0);
}

/* What continued this process has done its work: it is not to be passed on, nor taken for a later one. */
static void forget_continue(void)
{
	static const struct timespec at_once;
	u64 bit = bit_of(SIGCONT);

	sys_sigtimedwait(&bit, 0, &at_once);
	to_group(SIGCONT);
}

/* The wait status, as wait(2) has it, from what waitid(2) tells. */
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
		/* Whoever continued the launcher alone means the command. */
		if (is_stopped(launch.gate_pid))
			sys_kill(launch.gate_pid, SIGCONT);
	} else if (info->code <= CLD_DUMPED) {
		launch.command_lives = 0;
		launch.command_status = wait_status(info);
		report(REPORT_EXIT, 0, 0, launch.command_status);
	}
}

/* All changes of children: SIGCHLD counts no more than once. */
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

/* Without a command, or after its end, a stop from the terminal is for the tracer. */
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
	/* Node.js decides on these three: the second ends the trace. */
	if (launch.node_lives && (signal == SIGINT || signal == SIGTERM || signal == SIGHUP))
		return report(REPORT_SIGNAL, signal, group, 0);
	/* What was sent to this process alone is meant for the command. */
	if (!group)
		sys_kill(launch.gate_pid, signal);
}

static void requested(void)
{
	struct request request;

	/* At the end of the stream node is gone, which SIGCHLD tells. */
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

/* Ends by a signal as the command did, so that the caller sees which. A core of this process would be of no use. */
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
	/* signalfd hands out the lowest number first: a stream of others would keep SIGCHLD back. */
	reap();
	/* Requests first: node says how to end, and then ends. */
	if (launch.control >= 0 && fds[1].revents)
		return requested();
	if (fds[0].revents && read_all(launch.signals, &came, sizeof(came)) > 0)
		signal_came(came.signal);
}

/* Something other than node's own decision ended it: the command is not left without a parent. */
static _Noreturn void tracer_was_killed(void)
{
	char number[24];

	append_number(number, launch.node_status);
	if (!launch.command_lives || !launch.opened) {
		say("the tracer was killed by signal ", number, "");
		sys_exit(128 + launch.node_status);
	}
	say("the tracer was killed by signal ", number, "; the command goes on, and is not traced any more");
	while (launch.command_lives)
		wait_for_events();
	if (launch.command_status & 0x7f)
		end_by(launch.command_status & 0x7f);
	/* Not 0: the trace did not see what it was asked to see. */
	sys_exit(launch.command_status ? launch.command_status >> 8 : 1);
}

static _Noreturn void supervise(void)
{
	static const struct timespec at_once;
	struct pollfd control = { launch.control, POLLIN, 0 };

	while (launch.node_lives)
		wait_for_events();
	/* What node asked for last. Not to the end of the stream: a child of node may hold the other end. */
	while (launch.control >= 0 && sys_ppoll(&control, 1, &at_once) > 0)
		requested();
	if (!launch.exits && launch.node_code != CLD_EXITED)
		tracer_was_killed();
	/* A gate that was never opened has seen its socket close: it is about to exit. */
	while (!launch.opened && launch.command_lives)
		wait_for_events();
	if (launch.end_by)
		end_by(launch.end_by);
	sys_exit(launch.exits ? launch.exit_status : launch.node_status);
}

static _Noreturn void trace(int argc, char **argv, char **env, long *auxiliary, char **command)
{
	static const struct sigaction usual;
	static const int ending[] = { SIGINT, SIGQUIT, SIGTERM };
	int control[2], gate[2] = { -1, -1 }, witnessing[2], launcher = sys_getpid();
	u64 all = all_signals();

	sys_sigprocmask(SIG_SETMASK, &all, &launch.pristine_mask);
	pair(control);
	pair(witnessing);
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
			sys_sigprocmask(SIG_SETMASK, &launch.pristine_mask, 0);
			wait_at_gate(gate[1], command, env);
		}
		launch.gated = launch.command_lives = 1;
	}
	launch.control = control[0];
	launch.node_pid = forked();
	if (!launch.node_pid) {
		u64 none = 0;

		/* A group that gets Ctrl-C must not take the tracer along, and without a controlling terminal it is never stopped. */
		sys_setsid();
		sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (sys_getppid() != launcher)
			sys_exit(0);
		/* Beyond both, so that neither is overwritten before it is moved. */
		control[1] = sys_fcntl(control[1], F_DUPFD_CLOEXEC, 5);
		sys_fcntl(control[1], F_SETFL, O_RDWR | O_NONBLOCK);
		if (command)
			gate[0] = sys_fcntl(gate[0], F_DUPFD_CLOEXEC, 5);
		sys_dup(control[1], NODE_CONTROL, 0);
		if (command)
			sys_dup(gate[0], NODE_GATE, 0);
		sys_close_from(command ? 5 : 4);
		if (command)
			leave_stream(0);
		sys_sigaction(SIGCHLD, &usual, 0);
		sys_sigprocmask(SIG_SETMASK, &none, 0);
		become_node(argc, argv, env, auxiliary);
	}
	launch.node_lives = 1;
	/* An ignored SIGCHLD would keep the status of the command from us. */
	sys_sigaction(SIGCHLD, &usual, 0);
	/* A shell ignores the first two for what it starts in the background: they still end a trace that has no command. */
	if (!command)
		for (u64 i = 0; i < sizeof(ending) / sizeof(*ending); i++)
			sys_sigaction(ending[i], &usual, 0);
	launch.signals = raised(sys_signalfd(&all, O_CLOEXEC | O_NONBLOCK));
	if (launch.signals < 0) {
		/* The gate and node end with this process. */
		say("signals cannot be read: too many open files", "", "");
		sys_exit(1);
	}
	sys_close(control[1]);
	sys_close(witnessing[1]);
	if (command) {
		sys_close(gate[0]);
		sys_close(gate[1]);
	}
	launch.witness = witnessing[0];
	/* Everything else that is open is the command's. */
	for (int fd = 3; fd < 1024; fd++)
		if (fd != launch.signals && fd != launch.control && fd != launch.witness)
			sys_close(fd);
	sys_close_from(1024);
	leave_stream(0);
	leave_stream(1);
	supervise();
}

/* The command of `spoor trace … -- COMMAND`; NULL without one. */
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
	if (argc > 1 && equals(argv[1], "trace"))
		trace(argc, argv, env, auxiliary, command_of(argc, argv));
	become_node(argc, argv, env, auxiliary);
}
