import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';
import { sockets as before } from '../../test/sockets.js';

describe('connect', () => {
  it('reports IP and unix peers, and failures', async () => {
    const { data, lines, told, folder } = await act({
      kinds: ['connect'],
      before,
      main: `
        int server = listener(), fd[8];
        struct sockaddr_in four = v4("127.0.0.1", port_of(server));
        struct sockaddr_un name;
        tell("%d", port_of(server));
        for (int i = 0; i < 8; i++)
          fd[i] = must(socket(i < 4 ? AF_INET : AF_UNIX, SOCK_STREAM, 0));
        must(connect(fd[0], (void *)&four, sizeof(four)));
        must(fcntl(fd[1], F_SETFL, O_NONBLOCK));
        connect(fd[1], (void *)&four, sizeof(four));
        connect(fd[1], (void *)&four, sizeof(four));
        four = v4("127.0.0.1", 1);
        connect(fd[2], (void *)&four, sizeof(four));
        connect(999, (void *)&four, sizeof(four));
        socklen_t length = unix_name(&name, HOSTILE, sizeof(HOSTILE));
        must(bind(fd[4], (void *)&name, length));
        must(listen(fd[4], 5));
        must(connect(fd[5], (void *)&name, length));
        length = unix_name(&name, "\\0" HOSTILE, sizeof(HOSTILE));
        connect(fd[6], (void *)&name, length);
        length = unix_name(&name, "act.c", 5);
        connect(fd[7], (void *)&name, length);`,
    });
    const port = Number(told[0]);
    const inet = { family: 'inet', address: '127.0.0.1', call: 'connect' };
    expect(data.slice(0, 4)).toEqual([
      { ...inet, fd: 4, port, outcome: 'connected' },
      { ...inet, fd: 5, port, error: 'EINPROGRESS', outcome: 'connected' },
      { ...inet, fd: 6, port: 1, error: 'ECONNREFUSED', outcome: 'ECONNREFUSED' },
      { ...inet, fd: 999, port: 1, error: 'EBADF', outcome: 'EBADF' },
    ]);
    const [evil, abstract, plain] = data.slice(4);
    expect(evil).toMatchObject({ family: 'unix', address: `${folder}/${hostile.text}` });
    expect(evil).not.toHaveProperty('error');
    expect(abstract).toMatchObject({ addressRaw: `40${hostile.hex}`, error: 'ECONNREFUSED' });
    expect(plain).toEqual({
      fd: 11,
      family: 'unix',
      address: 'act.c',
      call: 'connect',
      error: 'ECONNREFUSED',
      outcome: 'ECONNREFUSED',
    });
    expect(fromUserMemory(lines)).toEqual([2, 3, 5, 6]);
  });

  it('reports the outcome of non-blocking connects once', async () => {
    const { data, told } = await act({
      kinds: ['connect'],
      before,
      main: `
        int server = listener(), fd;
        struct sockaddr_in to = v4("127.0.0.1", port_of(server)), none = { .sin_family = AF_UNSPEC };
        tell("%d", port_of(server));
        fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        connect(fd, (void *)&to, sizeof(to));
        must(connect(fd, (void *)&to, sizeof(to)));
        connect(fd, (void *)&to, sizeof(to));
        must(connect(fd, (void *)&none, sizeof(none)));
        must(fcntl(fd, F_SETFL, 0));
        must(connect(fd, (void *)&to, sizeof(to)));
        to.sin_port = htons(1);
        fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        connect(fd, (void *)&to, sizeof(to));
        connect(fd, (void *)&to, sizeof(to));
        fd = must(socket(AF_INET, SOCK_DGRAM, 0));
        must(connect(fd, (void *)&to, sizeof(to)));
        must(connect(fd, (void *)&to, sizeof(to)));`,
    });
    expect(data.map(({ fd, port, error, outcome }) => [fd, port, error, outcome])).toEqual([
      [4, Number(told[0]), 'EINPROGRESS', 'connected'],
      [4, Number(told[0]), 'EISCONN', 'EISCONN'],
      [4, undefined, undefined, undefined],
      [4, Number(told[0]), undefined, 'connected'],
      [5, 1, 'EINPROGRESS', 'ECONNREFUSED'],
      [5, 1, 'ECONNREFUSED', 'ECONNREFUSED'],
      [6, 1, undefined, 'connected'],
      [6, 1, undefined, 'connected'],
    ]);
  });

  it('reports a pending connection again when it has ended, with the process that began it', async () => {
    const { data, lines, told } = await act({
      kinds: ['connect'],
      before,
      options: { scopes: ['here: connect.port>1'] },
      main: `
        /* Room for one: the kernel leaves further handshakes unanswered. */
        int server = listener(), pending, closed;
        struct sockaddr_in to = v4("127.0.0.1", port_of(server));
        must(listen(server, 0));
        tell("%d", port_of(server));
        must(connect(must(socket(AF_INET, SOCK_STREAM, 0)), (void *)&to, sizeof(to)));
        pending = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        closed = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        connect(pending, (void *)&to, sizeof(to));
        connect(pending, (void *)&to, sizeof(to));
        connect(closed, (void *)&to, sizeof(to));
        close(closed);
        must(accept(server, NULL, NULL));
        must(poll(&(struct pollfd){ .fd = pending, .events = POLLOUT }, 1, -1));
        /* Asks for what was told. */
        must(connect(pending, (void *)&to, sizeof(to)));`,
    });
    const call = { family: 'inet', address: '127.0.0.1', port: Number(told[0]), call: 'connect' };
    expect(data).toEqual([
      { ...call, fd: 4, outcome: 'connected' },
      { ...call, fd: 5, error: 'EINPROGRESS', outcome: 'pending' },
      { ...call, fd: 5, error: 'EALREADY', outcome: 'EALREADY' },
      { ...call, fd: 6, error: 'EINPROGRESS', outcome: 'pending' },
      { ...call, fd: 6, error: 'EINPROGRESS', outcome: 'ECONNABORTED' },
      { ...call, fd: 5, error: 'EINPROGRESS', outcome: 'connected' },
    ]);
    expect(lines.map(({ flags }) => flags.includes('completion'))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(new Set(lines.map(({ tgid, comm }) => `${tgid} ${comm}`)).size).toBe(1);
    for (const { scopes } of lines) expect(scopes).toContain('here');
  });

  it('reports interrupted calls once, at their end', async () => {
    const { data } = await act({
      kinds: ['connect'],
      before: `${before}
static int server;

static pthread_t self;
static volatile int handled, returned;

static void handle(int signal)
{
	handled++;
}

/* Waits until the first thread hangs in its call. */
static void wait_for_sleep(void)
{
	char state = 0;

	while (state != 'S' && !returned) {
		FILE *file = fopen("/proc/self/stat", "r");

		must(fscanf(file, "%*d %*s %c", &state));
		fclose(file);
		sched_yield();
	}
}

/* Interrupts the call, and frees a place in the queue when it hangs again or has ended. */
static void *interrupt(void *unused)
{
	int before = handled;

	wait_for_sleep();
	must(pthread_kill(self, SIGUSR1));
	while (handled == before)
		sched_yield();
	wait_for_sleep();
	must(accept(server, NULL, NULL));
	return NULL;
}`,
      main: `
        pthread_t other;
        struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
        struct sockaddr_un name;
        socklen_t length = unix_name(&name, "\\0interrupted", 12);
        self = pthread_self();
        server = must(socket(AF_UNIX, SOCK_STREAM, 0));
        must(bind(server, (void *)&name, length));
        must(listen(server, 0));
        must(connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&name, length));
        for (int i = 0; i < 2; i++) {
          must(sigaction(SIGUSR1, &action, NULL));
          returned = 0;
          must(pthread_create(&other, NULL, interrupt, NULL));
          connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&name, length);
          returned = 1;
          pthread_join(other, NULL);
          action.sa_flags = 0;
        }`,
    });
    expect(data.map(({ error, outcome }) => [error, outcome])).toEqual([
      [undefined, 'connected'],
      [undefined, 'connected'],
      ['EINTR', 'EINTR'],
    ]);
  });

  it('reports the connected address, even if another thread rewrites it during the call', async () => {
    const { data, told } = await act({
      kinds: ['connect'],
      before: `${before}
static struct sockaddr_un shared;
static socklen_t shared_length;
static int server;
static volatile int connecting;

/* Waits until the call hangs on the full queue, rewrites its address, then lets it go on. */
static void *rewrite(void *unused)
{
	while (!connecting)
		sched_yield();
	wait_until_blocked(getpid(), SYS_connect);
	memcpy(shared.sun_path, "\\0other", 6);
	close(must(accept(server, NULL, NULL)));
	return NULL;
}`,
      main: `
        pthread_t thread;
        char path[20];
        int length = sprintf(path, "-mine-%d", getpid());
        path[0] = 0;
        shared_length = unix_name(&shared, path, length);
        server = must(socket(AF_UNIX, SOCK_STREAM, 0));
        must(bind(server, (void *)&shared, shared_length));
        must(listen(server, 0));
        must(pthread_create(&thread, NULL, rewrite, NULL));
        must(connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&shared, shared_length));
        int second = must(socket(AF_UNIX, SOCK_STREAM, 0));
        connecting = 1;
        must(connect(second, (void *)&shared, shared_length));
        pthread_join(thread, NULL);
        tell("%s", path + 1);
        tell("%.5s", shared.sun_path + 1);`,
    });
    expect(told[1]).toBe('other');
    expect(data.map(({ address }) => address)).toEqual([`@${told[0]}`, `@${told[0]}`]);
  });
});
