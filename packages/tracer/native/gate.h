/*
 * The gate: a process that waits, and then becomes the command. Its process id is known before the
 * command's first instruction, so the tracer is ready when the command begins. No shell runs
 * between the caller and the command.
 *
 * The gate talks over one socket:
 *
 *   tracer → gate   struct opening, group ids, then environment variables to set, each with its NUL
 *   gate → tracer   one byte 'r': the gate is the command's user, and waits
 *   tracer → gate   one byte 'g': all hooks are attached. Earlier acts are not the command's
 *   gate → tracer   end of the stream, without data: the command runs
 *   gate → tracer   u32 errno: the command could not be executed
 *
 * If the tracer exits first, the gate exits and the command never runs. The descriptor closes at
 * the exec, so the command has no tie to the tracer.
 */
#ifndef SPOOR_NATIVE_GATE_H
#define SPOOR_NATIVE_GATE_H

#include "sys.h"

enum { GATE_ABANDONED = 125, GATE_NOT_EXECUTABLE = 126, GATE_NOT_FOUND = 127 };

struct opening {
	/* bytes after this struct */
	u32 size;
	/* true if the next three are set */
	u32 switch_user;
	u32 uid;
	u32 gid;
	u32 group_count;
};

enum { OPENING_MAX = 1 << 18, PATH_SIZE = 4096 };

static u32 opening_rest[OPENING_MAX / sizeof(u32)];

/*
 * Becomes this user, or returns the error. Sets the supplementary groups first, because the right
 * to set them is lost with the user id.
 */
static long become_user(const struct opening *opening)
{
	long status = sys_setgroups(opening->group_count, opening_rest);

	if (!status)
		status = sys_setresgid(opening->gid);
	if (!status)
		status = sys_setresuid(opening->uid);
	return status;
}

/* Returns the environment with these variables set. New variables are at the end. */
static char **environment_with(char **env, char *settings, const char *end)
{
	u64 count = 0, added = 0;
	char **all;

	if (settings == end)
		return env;
	while (env[count])
		count++;
	for (char *at = settings; at < end; at += length_of(at) + 1)
		added++;
	all = (char **)sys_mmap((count + added + 1) * sizeof(*all));
	if ((long)all < 0 && (long)all > -4096)
		return env;
	memcpy(all, env, count * sizeof(*all));
	for (char *at = settings; at < end; at += length_of(at) + 1) {
		u64 name = 0, slot = 0;

		while (at[name] && at[name] != '=')
			name++;
		for (; slot < count; slot++) {
			u64 same = 0;

			while (same <= name && all[slot][same] == at[same])
				same++;
			if (same > name)
				break;
		}
		all[slot] = at;
		if (slot == count)
			count++;
	}
	all[count] = 0;
	return all;
}

/* Returns 1 if a shell can run the file: it is not ELF and has no NUL in its first bytes. */
static int is_script(const char *path)
{
	char bytes[128];
	long fd = sys_open(path, O_RDONLY | O_CLOEXEC), size;

	if (fd < 0)
		return 0;
	size = sys_read(fd, bytes, sizeof(bytes));
	sys_close(fd);
	if (size >= 4 && bytes[0] == 0x7f && bytes[1] == 'E' && bytes[2] == 'L' && bytes[3] == 'F')
		return 0;
	for (long i = 0; i < size && bytes[i] != '\n'; i++)
		if (!bytes[i])
			return 0;
	return size >= 0;
}

/* Executes this file. As in execvp(3), a shell runs a text without `#!`. Returns the error. */
static long execute_file(const char *path, char **argv, char **env)
{
	long status = sys_execve(path, argv, env);
	u64 count = 0;
	char **shell;

	if (status != -ENOEXEC || !is_script(path))
		return status;
	while (argv[count])
		count++;
	shell = (char **)sys_mmap((count + 3) * sizeof(*shell));
	if ((long)shell < 0 && (long)shell > -4096)
		return status;
	shell[0] = "/bin/sh";
	shell[1] = (char *)path;
	for (u64 i = 1; i <= count; i++)
		shell[i + 1] = argv[i];
	return sys_execve(shell[0], shell, env);
}

/* Returns 0 if the file can be executed, else the error. A folder cannot be executed. */
static long executable(char *path, u64 length)
{
	long status = sys_access(path, X_OK);

	if (status)
		return status;
	path[length] = '/';
	path[length + 1] = 0;
	status = sys_access(path, F_OK) ? 0 : -EACCES;
	path[length] = 0;
	return status;
}

/*
 * Searches the command in PATH as execvp(3) does, and executes it. Looks into each folder before
 * the exec, because a failed exec would be an event of the command. Returns the error.
 */
static long execute(char **argv, char **env)
{
	static char file[2 * PATH_SIZE + 2];
	const char *name = argv[0], *path = value_of(env, "PATH");
	long refused = -ENOENT;
	u64 length = length_of(name);

	if (!length)
		return -ENOENT;
	if (length >= PATH_SIZE)
		return -ENAMETOOLONG;
	for (u64 i = 0; i < length; i++)
		if (name[i] == '/')
			return execute_file(name, argv, env);
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	for (;;) {
		u64 folder = 0;

		while (path[folder] && path[folder] != ':')
			folder++;
		if (folder < PATH_SIZE) {
			char *at = file;
			long status;

			memcpy(file, path, folder);
			at += folder;
			/* An empty entry is the working directory. */
			if (folder)
				*at++ = '/';
			at = append_text(at, name);
			status = executable(file, at - file);
			if (!status)
				return execute_file(file, argv, env);
			if (status == -EACCES)
				refused = status;
		}
		if (!path[folder])
			return refused;
		path += folder + 1;
	}
}

/* Waits at the socket, then becomes the command with this environment. */
static _Noreturn void wait_at_gate(int fd, char **argv, char **env)
{
	struct opening opening;
	char *settings, go;
	long status = 0;
	u32 error;

	if (read_all(fd, &opening, sizeof(opening)) <= 0 || opening.size > sizeof(opening_rest) ||
	    opening.group_count > opening.size / sizeof(u32) ||
	    (opening.size && read_all(fd, opening_rest, opening.size) <= 0))
		sys_exit(GATE_ABANDONED);
	settings = (char *)(opening_rest + opening.group_count);
	if (opening.switch_user)
		status = become_user(&opening);
	write_all(fd, "r", 1);
	if (read_all(fd, &go, 1) <= 0)
		sys_exit(GATE_ABANDONED);
	if (!status)
		status = execute(argv, environment_with(env, settings, (char *)opening_rest + opening.size));
	error = -status;
	write_all(fd, &error, sizeof(error));
	sys_exit(status == -ENOENT || status == -ENOTDIR ? GATE_NOT_FOUND : GATE_NOT_EXECUTABLE);
}

#endif
