/* Starts Node.js with the script of the command. */
#ifndef SPOOR_NATIVE_NODE_H
#define SPOOR_NATIVE_NODE_H

#include "launch.h"

/* Variables that act on Node.js or on its dynamic loader. Only the command gets them. */
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

/* Finds the folder of this program. Without /proc, it uses the name that was executed. */
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

/* With fewer descriptors, Node.js aborts in its start-up, without a useful message. */
enum { LEAST_DESCRIPTORS = 24 };

/* Node.js raises the soft limit to the hard one. */
static void check_descriptors(void)
{
	u64 limits[2];

	if (sys_getrlimit(RLIMIT_NOFILE, limits) || limits[1] >= LEAST_DESCRIPTORS)
		return;
	say("Node.js cannot start: too few files may be open at a time.", "", " Raise the limit: ulimit -n 256.");
	sys_exit(1);
}

/*
 * Opens the standard streams that the caller closed. Node.js would open /dev/null in their place,
 * and output would be lost without an error. Here reading the first fails, and writing the others.
 */
static void fill_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (sys_fcntl(fd, F_GETFD, 0) < 0)
			sys_open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
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
	/* One worker thread for V8 is enough and saves memory. */
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
			at = append_number(at, launch.gate_pid);
		append_number(append_text(at, ":"), NODE_FILES);
	}
	variables = 0;
	for (; *env; env++)
		if (!acts_on_node(*env))
			clean[variables++] = *env;
	clean[variables++] = launcher_variable;
	clean[variables] = 0;
	fill_streams();
	status = execute(arguments, clean);
	say(status == -ENOENT ? "Node.js was not found: no program called node is in PATH."
			      : "Node.js could not be executed: the program called node in PATH is not executable.",
	    "", " Node.js 20.19 or later is needed.");
	sys_exit(GATE_NOT_FOUND);
}

#endif
