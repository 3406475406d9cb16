import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { sockets } from '../../test/sockets.js';

/** Another task changes what a call works on, before the return of the call is seen. */
const before = `${sockets}
static volatile int stop, wanted = -1;
static int decoy;

/* Puts another file under the number that a call of the main thread is about to return. */
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

/* The number that the next descriptor gets. */
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

it('open: no event names another file without the flag racy', async () => {
  const opens = 3000;
  const { data, lines, told } = await act({
    kinds: ['open'],
    before,
    main: `
      pthread_t thread;
      must(close(must(creat("secret", 0600))));
      decoy = must(open("decoy", O_CREAT | O_RDONLY, 0600));
      int secret = must(open("secret", O_RDONLY));
      tell("%lu", inode_of(secret));
      close(secret);
      int fd = next_fd();
      must(pthread_create(&thread, NULL, replace, NULL));
      for (int i = 0; i < ${opens}; i++) {
        wanted = fd;
        close(must(open("secret", O_RDONLY)));
        wanted = -1;
        close(fd);
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  const unproven = lines.slice(-opens).filter(({ flags }) => !flags.includes('racy'));
  expect(data.length).toBeGreaterThanOrEqual(opens);
  expect(unproven.filter((line) => line.data['inode'] !== told[0])).toEqual([]);
});

it('accept: no event names another connection without the flag racy', async () => {
  const calls = 500;
  const { lines, told } = await act({
    kinds: ['accept'],
    before,
    main: `
      pthread_t thread;
      int server = listener(), other = listener();
      struct sockaddr_in name = v4("127.0.0.1", port_of(server)), wrong = v4("127.0.0.1", port_of(other));
      decoy = must(socket(AF_INET, SOCK_STREAM, 0));
      must(connect(decoy, (void *)&wrong, sizeof(wrong)));
      tell("%d", port_of(server));
      int client = next_fd(), fd = client + 1;
      must(pthread_create(&thread, NULL, replace, NULL));
      for (int i = 0; i < ${calls}; i++) {
        must(socket(AF_INET, SOCK_STREAM, 0));
        must(connect(client, (void *)&name, sizeof(name)));
        wanted = fd;
        must(accept(server, NULL, NULL));
        wanted = -1;
        close(client);
        close(fd);
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  const unproven = lines.filter(({ flags }) => !flags.includes('racy'));
  expect(lines).toHaveLength(calls);
  expect(unproven.filter(({ data }) => String(data['localPort']) !== told[0])).toEqual([]);
});

/** A connect that hangs on a full backlog, and the thread that replaces its socket meanwhile. */
const hangingConnect = (afterwards: string) => ({
  before: `${before}
static int victim, server;

static void *replace_and_go(void *unused)
{
	usleep(200000);
	must(dup(victim));
	must(dup2(decoy, victim));
	${afterwards}
	return NULL;
}
`,
  main: `
      pthread_t thread;
      server = unix_listener("wanted", 0);
      unix_listener("decoy", 5);
      int filler = must(socket(AF_UNIX, SOCK_STREAM, 0));
      must(unix_connect(filler, "wanted"));
      decoy = must(socket(AF_UNIX, SOCK_STREAM, 0));
      must(unix_connect(decoy, "decoy"));
      victim = must(socket(AF_UNIX, SOCK_STREAM, 0));
      must(pthread_create(&thread, NULL, replace_and_go, NULL));
      must(unix_connect(victim, "wanted"));
      pthread_join(thread, NULL);`,
});

it.each([
  ['that stays', 'must(accept(server, NULL, NULL));'],
  [
    'that has ended',
    'if (!fork()) { usleep(200000); must(accept(server, NULL, NULL)); _exit(0); } return NULL;',
  ],
  ['that has left the table', 'must(unshare(CLONE_FILES)); must(accept(server, NULL, NULL));'],
])('connect: a socket that is replaced while the call hangs, by a thread %s', async (_, afterwards) => {
  const { lines } = await act({ kinds: ['connect'], ...hangingConnect(afterwards) });
  const last = lines.at(-1);
  expect(lines).toHaveLength(3);
  if (last?.flags.includes('racy') !== true) expect(last?.data['address']).toMatch(/\/wanted$/);
});

it('mkdir: no event names another directory without the flag racy', async () => {
  const calls = 1000;
  const { lines, told } = await act({
    kinds: ['mkdir'],
    before: `${before}
static char stack[65536];

static int move(void *unused)
{
	while (!stop) {
		must(chdir("../a"));
		must(chdir("../b"));
	}
	return 0;
}
`,
    main: `
      must(mkdir("a", 0700));
      must(mkdir("b", 0700));
      must(chdir("a"));
      int mover = must(clone(move, stack + sizeof(stack), CLONE_FS | CLONE_VM | SIGCHLD, NULL));
      for (int i = 0; i < ${calls}; i++) {
        must(mkdir("made", 0700));
        int in_a = rmdir("../a/made") == 0;
        if (!in_a)
          must(rmdir("../b/made"));
        tell("%s", in_a ? "a" : "b");
      }
      stop = 1;
      waitpid(mover, NULL, 0);`,
  });
  const made = lines.filter(({ data }) => data['path'] === 'made');
  expect(made).toHaveLength(calls);
  const unproven = made.flatMap(({ data, flags }, index) =>
    flags.includes('racy') ? [] : [[String(data['directory']).split('/').pop(), told[index]]],
  );
  expect(unproven.filter(([directory, truth]) => directory !== truth)).toEqual([]);
});

it('a process that shares nothing has no racy event', async () => {
  const { lines } = await act({
    kinds: ['open', 'connect', 'accept', 'mkdir', 'listen', 'bind'],
    before,
    main: `
      must(mkdir("made", 0700));
      must(close(must(open("made", O_RDONLY))));
      open("none", O_RDONLY);
      int server = unix_listener("server", 5);
      must(unix_connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), "server"));
      must(accept(server, NULL, NULL));`,
  });
  expect(new Set(lines.map(({ event }) => event)).size).toBe(6);
  expect(lines.filter(({ flags }) => flags.includes('racy'))).toEqual([]);
});
