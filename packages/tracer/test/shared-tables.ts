import { expect } from 'vitest';
import { sockets } from './sockets.js';

/** For `act`: another task changes the object of a call before the hook of its return runs. */
export const sharing = `${sockets}
static volatile int stop, wanted = -1;
static int decoy;

/* Replaces the descriptor that a call of the main thread is about to return. */
__attribute__((unused)) static void *replace(void *unused)
{
	while (!stop) {
		int fd = wanted, copy;

		if (fd < 0)
			continue;
		copy = fcntl(fd, F_DUPFD, 100);
		if (copy < 0)
			continue;
		dup2(decoy, fd);
		close(copy);
		while (wanted == fd && !stop)
			;
	}
	return NULL;
}

__attribute__((unused)) static unsigned long inode_of(int fd)
{
	struct stat st;

	must(fstat(fd, &st));
	return st.st_ino;
}

/* Returns the number of the next descriptor. */
__attribute__((unused)) static int next_fd(void)
{
	int fd = must(dup(0));

	close(fd);
	return fd;
}

__attribute__((unused)) static int unix_listener(const char *path, int backlog)
{
	struct sockaddr_un name;
	socklen_t length = unix_name(&name, path, strlen(path));
	int fd = must(socket(AF_UNIX, SOCK_STREAM, 0));

	must(bind(fd, (void *)&name, length));
	must(listen(fd, backlog));
	return fd;
}

__attribute__((unused)) static int unix_connect(int fd, const char *path)
{
	struct sockaddr_un name;
	socklen_t length = unix_name(&name, path, strlen(path));

	return connect(fd, (void *)&name, length);
}
`;

/** Returns how often a race runs. An emulated guest runs fewer (kernels/guest/init.sh). */
export const rounds = (most: number): number => (process.env['SPOOR_CASES'] === undefined ? most : most / 10);

/** Expects no flagged event if hooks keep the objects of calls. */
export function expectProof(
  lines: readonly { flags: readonly string[] }[],
  variants: Readonly<Record<string, string>>,
) {
  if (variants['shared descriptors'] !== 'fentry') return;
  expect(lines.filter(({ flags }) => flags.includes('racy'))).toEqual([]);
}

/** For `act`: two files or directories take turns under one descriptor of the main thread. */
export const turns = `${sharing}
static int first, second, turn;

__attribute__((unused)) static void *take_turns(void *unused)
{
	while (!stop) {
		must(dup2(first, turn));
		must(dup2(second, turn));
	}
	return NULL;
}
`;
