/*
 * The gate of `trace({ command })`: `gate FD[,ENV_FD] COMMAND [ARGUMENT…]`. FD is the socket.
 * ENV_FD has the environment of the command: strings with a NUL after each, as in
 * /proc/PID/environ. Without ENV_FD, the command gets the environment of the gate.
 */
#include "gate.h"

enum { ENV_BLOCK_MAX = 1 << 23 };

/* Returns the strings of a block, or NULL if it cannot be read. */
static char **read_environment(int fd)
{
	char *block = (char *)sys_mmap(ENV_BLOCK_MAX);
	u64 size = 0, count = 0;
	char **env;

	if ((long)block < 0 && (long)block > -4096)
		return 0;
	for (;;) {
		long got = sys_read(fd, block + size, ENV_BLOCK_MAX - 1 - size);

		if (got == -EINTR)
			continue;
		if (got < 0)
			return 0;
		if (!got)
			break;
		size += got;
	}
	for (u64 i = 0; i < size; i++)
		count += !block[i];
	env = (char **)sys_mmap((count + 2) * sizeof(*env));
	if ((long)env < 0 && (long)env > -4096)
		return 0;
	count = 0;
	for (u64 at = 0; at < size; at += length_of(block + at) + 1)
		env[count++] = block + at;
	env[count] = 0;
	return env;
}

__attribute__((used)) void start(long *stack)
{
	long argc = *stack;
	char **argv = (char **)(stack + 1);
	char **env = argv + argc + 1;
	const char *rest;
	int fd;

	if (argc < 3)
		sys_exit(GATE_ABANDONED);
	fd = number_from(argv[1], &rest);
	sys_fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (*rest == ',') {
		int env_fd = number_from(rest + 1, &rest);

		env = read_environment(env_fd);
		sys_close(env_fd);
		if (!env)
			sys_exit(GATE_ABANDONED);
	}
	wait_at_gate(fd, argv + 2, env);
}
