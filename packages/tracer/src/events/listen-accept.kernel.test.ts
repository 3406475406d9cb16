import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';
import { sockets as before } from '../../test/sockets.js';

describe('listen', () => {
  it('reports the bound address, and failures', async () => {
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
  it('reports both ends of the connection, and failures', async () => {
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
