import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';

/** What the programs here share: a loopback socket of either family, bound to a port that the kernel chooses. */
const before = `
static struct sockaddr_in v4(const char *address, int port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &name.sin_addr);
	return name;
}

__attribute__((unused)) static struct sockaddr_in6 v6(const char *address, int port)
{
	struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, address, &name.sin6_addr);
	return name;
}

__attribute__((unused)) static int port_of(int fd)
{
	struct sockaddr_in6 name;
	socklen_t length = sizeof(name);

	must(getsockname(fd, (void *)&name, &length));
	return ntohs(name.sin6_port);
}

__attribute__((unused)) static int listener(void)
{
	struct sockaddr_in name = v4("127.0.0.1", 0);
	int fd = must(socket(AF_INET, SOCK_STREAM, 0));

	must(bind(fd, (void *)&name, sizeof(name)));
	must(listen(fd, 5));
	return fd;
}

/* With \`length\` bytes of \`path\`. */
__attribute__((unused)) static socklen_t unix_name(struct sockaddr_un *name, const void *path, size_t length)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path, path, length);
	return offsetof(struct sockaddr_un, sun_path) + length;
}
`;

describe('bind', () => {
  it('IP addresses, as the kernel has them after the call', async () => {
    const { data, lines, told } = await act({
      kinds: ['bind'],
      before,
      main: `
        int a = must(socket(AF_INET, SOCK_STREAM, 0)), b = must(socket(AF_INET6, SOCK_DGRAM, 0));
        struct sockaddr_in four = v4("127.0.0.1", 0);
        struct sockaddr_in6 six = v6("::1", 0);
        must(bind(a, (void *)&four, sizeof(four)));
        must(bind(b, (void *)&six, sizeof(six)));
        tell("%d", port_of(a));
        tell("%d", port_of(b));
        four.sin_port = htons(port_of(a));
        int c = must(socket(AF_INET, SOCK_STREAM, 0));
        bind(c, (void *)&four, sizeof(four));
        four = v4("192.0.2.1", 7);
        bind(c, (void *)&four, sizeof(four));
        bind(c, (void *)&four, 1);
        bind(999, (void *)&four, sizeof(four));
        bind(900, (void *)&four, sizeof(four));`,
    });
    const [portA, portB] = told.map(Number);
    expect(data).toEqual([
      { fd: 3, family: 'inet', address: '127.0.0.1', port: portA },
      { fd: 4, family: 'inet6', address: '::1', port: portB },
      { fd: 5, family: 'inet', address: '127.0.0.1', port: portA, error: 'EADDRINUSE' },
      { fd: 5, family: 'inet', address: '192.0.2.1', port: 7, error: 'EADDRNOTAVAIL' },
      { fd: 5, family: 'unspec', error: 'EINVAL' },
      { fd: 999, family: 'inet', address: '192.0.2.1', port: 7, error: 'EBADF' },
      { fd: 900, family: 'inet', address: '192.0.2.1', port: 7, error: 'ENOTSOCK' },
    ]);
    expect(lines.map(({ flags }) => flags.includes('user-memory'))).toEqual([
      false,
      false,
      ...new Array<boolean>(5).fill(true),
    ]);
  });

  it('unix sockets: resolved paths, abstract and hostile names', async () => {
    const { data, folder } = await act({
      kinds: ['bind'],
      before,
      main: `
        struct sockaddr_un name;
        socklen_t length;
        int fd[6];
        for (int i = 0; i < 6; i++)
          fd[i] = must(socket(AF_UNIX, SOCK_STREAM, 0));
        must(mkdir("d", 0755));
        length = unix_name(&name, "d/../sock", 9);
        must(bind(fd[0], (void *)&name, length));
        length = unix_name(&name, HOSTILE, sizeof(HOSTILE));
        must(bind(fd[1], (void *)&name, length));
        char abstract[] = "\\0....\\0" HOSTILE;
        memcpy(abstract + 1, &(int){ getpid() }, 4);
        length = unix_name(&name, abstract, sizeof(abstract) - 1);
        must(bind(fd[2], (void *)&name, length));
        name.sun_family = AF_UNIX;
        must(bind(fd[3], (void *)&name, sizeof(sa_family_t)));
        length = unix_name(&name, "d/../sock", 9);
        bind(fd[4], (void *)&name, length);
        length = unix_name(&name, "missing/x", 10);
        bind(fd[5], (void *)&name, length);`,
    });
    const [relative, evil, abstract, chosen, used, missing] = data;
    expect(relative).toEqual({ fd: 3, family: 'unix', address: `${folder}/sock` });
    expect(evil).toMatchObject({ address: `${folder}/${hostile.text}` });
    expect(evil?.['addressRaw']).toBe(Buffer.from(`${folder}/`).toString('hex') + hostile.hex);
    expect(abstract?.['addressRaw']).toMatch(new RegExp(`^40.{8}00${hostile.hex}$`));
    // The kernel chooses five digits.
    expect(chosen).toEqual({ fd: 6, family: 'unix', address: expect.stringMatching(/^@[0-9a-f]{5}$/) });
    expect(used).toEqual({ fd: 7, family: 'unix', address: 'd/../sock', error: 'EADDRINUSE' });
    expect(missing).toEqual({ fd: 8, family: 'unix', address: 'missing/x', error: 'ENOENT' });
  });

  it('families without an address that we name', async () => {
    const { data } = await act({
      kinds: ['bind'],
      main: `
        int fd = must(socket(AF_NETLINK, SOCK_RAW, 0));
        struct sockaddr name = { .sa_family = AF_NETLINK };
        char room[12] = { 0 };
        memcpy(room, &name.sa_family, 2);
        must(bind(fd, (void *)room, sizeof(room)));`,
    });
    expect(data).toEqual([{ fd: 3, family: 'netlink' }]);
  });
});

describe('connect', () => {
  it('IP and unix peers, and failures', async () => {
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
    expect(data.slice(0, 5)).toEqual([
      { fd: 4, family: 'inet', address: '127.0.0.1', port },
      { fd: 5, family: 'inet', address: '127.0.0.1', port, error: 'EINPROGRESS' },
      expect.objectContaining({ fd: 5, family: 'inet', address: '127.0.0.1', port }),
      { fd: 6, family: 'inet', address: '127.0.0.1', port: 1, error: 'ECONNREFUSED' },
      { fd: 999, family: 'inet', address: '127.0.0.1', port: 1, error: 'EBADF' },
    ]);
    const [evil, abstract, plain] = data.slice(5);
    expect(evil).toMatchObject({ family: 'unix', address: `${folder}/${hostile.text}` });
    expect(evil).not.toHaveProperty('error');
    expect(abstract).toMatchObject({ addressRaw: `40${hostile.hex}`, error: 'ECONNREFUSED' });
    expect(plain).toEqual({ fd: 11, family: 'unix', address: 'act.c', error: 'ECONNREFUSED' });
    expect(lines.map(({ flags }) => flags.includes('user-memory'))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it('an address that another thread rewrites during the call: the one that was connected to', async () => {
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
	usleep(200000);
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

describe('listen', () => {
  it('what the socket is bound to, and failures', async () => {
    const { data, lines, told, folder } = await act({
      kinds: ['listen'],
      before,
      main: `
        int fd = must(socket(AF_INET6, SOCK_STREAM, 0)), other = must(socket(AF_UNIX, SOCK_STREAM, 0));
        struct sockaddr_in6 six = v6("::", 0);
        struct sockaddr_un name;
        must(bind(fd, (void *)&six, sizeof(six)));
        tell("%d", port_of(fd));
        must(listen(fd, 128));
        socklen_t length = unix_name(&name, HOSTILE, sizeof(HOSTILE));
        must(bind(other, (void *)&name, length));
        must(listen(other, -1));
        int unbound = must(socket(AF_INET, SOCK_STREAM, 0));
        must(listen(unbound, 0));
        tell("%d", port_of(unbound));
        listen(must(socket(AF_INET, SOCK_DGRAM, 0)), 1);
        listen(999, 1);
        listen(900, 1);`,
    });
    expect(data).toEqual([
      { fd: 3, family: 'inet6', address: '::', port: Number(told[0]), backlog: 128 },
      expect.objectContaining({ fd: 4, family: 'unix', address: `${folder}/${hostile.text}`, backlog: -1 }),
      { fd: 5, family: 'inet', address: '0.0.0.0', port: Number(told[1]), backlog: 0 },
      expect.objectContaining({ family: 'inet', port: 0, backlog: 1, error: 'EOPNOTSUPP' }),
      { fd: 999, family: 'unspec', backlog: 1, error: 'EBADF' },
      { fd: 900, family: 'unspec', backlog: 1, error: 'ENOTSOCK' },
    ]);
    for (const { flags } of lines) expect(flags).not.toContain('user-memory');
  });
});

describe('accept', () => {
  it('both ends of the connection, and failures', async () => {
    const { data, lines, told, folder } = await act({
      kinds: ['accept'],
      before,
      main: `
        int server = listener(), fd = must(socket(AF_INET, SOCK_STREAM, 0));
        struct sockaddr_in four = v4("127.0.0.1", port_of(server));
        struct sockaddr_un name;
        must(connect(fd, (void *)&four, sizeof(four)));
        tell("%d", port_of(server));
        tell("%d", port_of(fd));
        tell("%ld", must(accept(server, NULL, NULL)));
        must(connect(must(socket(AF_INET, SOCK_STREAM, 0)), (void *)&four, sizeof(four)));
        struct sockaddr_in peer;
        socklen_t length = sizeof(peer);
        must(accept4(server, (void *)&peer, &length, SOCK_CLOEXEC));
        tell("%d", ntohs(peer.sin_port));
        must(fcntl(server, F_SETFL, O_NONBLOCK));
        accept(server, NULL, NULL);
        accept(999, NULL, NULL);
        accept(fd, NULL, NULL);
        int local = must(socket(AF_UNIX, SOCK_STREAM, 0));
        length = unix_name(&name, HOSTILE, sizeof(HOSTILE));
        must(bind(local, (void *)&name, length));
        must(listen(local, 1));
        must(connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&name, length));
        must(accept(local, NULL, NULL));`,
    });
    const [localPort, port, fd, secondPort] = told.map(Number);
    const local = { localAddress: '127.0.0.1', localPort };
    expect(data.slice(0, 5)).toEqual([
      { listenFd: 3, fd, family: 'inet', address: '127.0.0.1', port, ...local },
      {
        listenFd: 3,
        fd: expect.any(Number),
        family: 'inet',
        address: '127.0.0.1',
        port: secondPort,
        ...local,
      },
      { listenFd: 3, family: 'inet', ...local, error: 'EAGAIN' },
      { listenFd: 999, family: 'unspec', error: 'EBADF' },
      { listenFd: 4, family: 'inet', localAddress: '127.0.0.1', localPort: port, error: 'EINVAL' },
    ]);
    expect(data[5]).toMatchObject({ family: 'unix', address: `${folder}/${hostile.text}` });
    expect(data[5]).not.toHaveProperty('error');
    for (const { flags } of lines) expect(flags).not.toContain('user-memory');
  });
});
