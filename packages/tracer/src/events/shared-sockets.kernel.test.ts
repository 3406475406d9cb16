import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { sharing as before, expectProof, rounds, turns } from '../../test/shared-tables.js';

it('accept: no event names another connection without the flag racy', async () => {
  const calls = rounds(500);
  const { lines, told, variants } = await act({
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
  expectProof(lines, variants);
});

/** For `act`: a connect that blocks on a full backlog, and a thread that replaces its socket. */
const hangingConnect = (afterwards: string) => ({
  before: `${before}
static int victim, server;

/* Waits until a process has one thread. */
__attribute__((unused)) static void wait_until_single(pid_t process)
{
	char path[32], stat[512];
	int threads = 0;

	sprintf(path, "/proc/%d/stat", process);
	while (threads != 1) {
		FILE *file = fopen(path, "r");

		must(fgets(stat, sizeof(stat), file) ? 0 : -1);
		fclose(file);
		sscanf(strrchr(stat, ')') + 1, "%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%*s%d", &threads);
		usleep(1000);
	}
}

static void *replace_and_go(void *unused)
{
	wait_until_blocked(getpid(), SYS_connect);
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
    `if (!fork()) {
		wait_until_single(getppid());
		must(accept(server, NULL, NULL));
		_exit(0);
	}
	return NULL;`,
  ],
  ['that has left the table', 'must(unshare(CLONE_FILES)); must(accept(server, NULL, NULL));'],
])('connect: a socket that is replaced while the call blocks, by a thread %s', async (_, afterwards) => {
  const { lines, variants } = await act({ kinds: ['connect'], ...hangingConnect(afterwards) });
  const last = lines.at(-1);
  expect(lines).toHaveLength(3);
  expect(last?.data['address']).toMatch(/(^|\/)wanted$/);
  if (String(last?.data['address']).startsWith('/')) expect(last?.flags).not.toContain('racy');
  else expect(last?.flags).toEqual(expect.arrayContaining(['racy', 'user-memory']));
  expectProof(lines, variants);
});

it('connect: TCP sockets are proved on every kernel that has task_regs', async () => {
  const { lines, told, variants } = await act({
    kinds: ['connect'],
    before: `${before}
static pthread_t caller;

/* Puts a connected socket in place of the one that waits for its handshake, and ends the call. */
static void *replace_connecting(void *socket)
{
	int victim = (long)socket;

	wait_until_blocked(getpid(), SYS_connect);
	must(dup(victim));
	must(dup2(decoy, victim));
	must(pthread_kill(caller, SIGUSR1));
	return NULL;
}

static void ignore(int signal) {}
`,
    main: `
      pthread_t thread;
      caller = pthread_self();
      struct sockaddr_in name = v4("127.0.0.1", 0), other = v4("127.0.0.1", 0);
      int full = must(socket(AF_INET, SOCK_STREAM, 0)), good = listener();
      must(bind(full, (void *)&name, sizeof(name)));
      must(listen(full, 0));
      name.sin_port = htons(port_of(full));
      other.sin_port = htons(port_of(good));
      tell("%d", port_of(full));
      /* The queue takes one more than its length. A connect beyond it waits for its handshake. */
      for (int i = 0; i < 3; i++) {
        int filler = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        connect(filler, (void *)&name, sizeof(name));
      }
      decoy = must(socket(AF_INET, SOCK_STREAM, 0));
      must(connect(decoy, (void *)&other, sizeof(other)));
      struct sigaction action = { .sa_handler = ignore };
      must(sigaction(SIGUSR1, &action, NULL));
      int victim = must(socket(AF_INET, SOCK_STREAM, 0));
      must(pthread_create(&thread, NULL, replace_connecting, (void *)(long)victim));
      connect(victim, (void *)&name, sizeof(name));
      pthread_join(thread, NULL);`,
  });
  const last = lines.filter(({ flags }) => !flags.includes('completion')).at(-1);
  expect(last?.data['error']).toBe('EINTR');
  if (variants['shared descriptors'] === 'none: flag racy') expect(last?.flags).toContain('racy');
  else {
    expect(last?.flags).not.toContain('racy');
    expect(String(last?.data['port'])).toBe(told[0]);
  }
});

it('sendto: a socket that is replaced before the return hides no address', async () => {
  const calls = rounds(300);
  const { events } = await act({
    kinds: ['connect'],
    before: `${turns}
static int other;

/* Puts a connected stream in place of the socket that sends. */
static void *replace_all_the_time(void *unused)
{
	while (!stop) {
		must(dup2(other, turn));
		must(dup2(first, turn));
	}
	return NULL;
}
`,
    main: `
      pthread_t thread;
      int server = listener();
      struct sockaddr_in name = v4("127.0.0.1", port_of(server));
      other = must(socket(AF_INET, SOCK_STREAM, 0));
      must(connect(other, (void *)&name, sizeof(name)));
      first = must(socket(AF_INET, SOCK_DGRAM, 0));
      turn = must(dup(first));
      must(pthread_create(&thread, NULL, replace_all_the_time, NULL));
      for (int port = 1; port <= ${calls}; port++) {
        name.sin_port = htons(port);
        while (sendto(turn, "x", 1, MSG_NOSIGNAL, (void *)&name, sizeof(name)) < 0)
          ;
      }
      stop = 1;
      pthread_join(thread, NULL);`,
  });
  const ports = new Set(events.map(({ port }) => port));
  const missing = Array.from({ length: calls }, (_, index) => index + 1).filter((port) => !ports.has(port));
  expect(missing).toEqual([]);
});
