import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';
import { sockets as before } from '../../test/sockets.js';

describe('bind', () => {
  it('reports IP addresses as they are after the call', async () => {
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
    expect(fromUserMemory(lines)).toEqual([2, 3, 4, 5, 6]);
  });

  it('reports resolved paths, abstract and hostile names of unix sockets', async () => {
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

  it('reports other families without an address', async () => {
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
