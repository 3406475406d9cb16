import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

const kinds = ['socket'] as const;

const before = `
#include <linux/netlink.h>
#include <linux/if_ether.h>
#include <linux/vm_sockets.h>

/* In the place of the last descriptor. */
__attribute__((unused)) static void make(int family, int type, int protocol)
{
	close(must(socket(family, type, protocol)));
}
`;

it('reports sockets whose peers no other event shows, and failures', async () => {
  const { data, lines } = await act({
    kinds,
    before,
    main: `
      make(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
      make(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE);
      make(AF_INET, SOCK_RAW, IPPROTO_ICMP);
      make(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
      make(AF_INET, SOCK_STREAM, 0);
      make(AF_INET6, SOCK_DGRAM, 0);
      make(AF_UNIX, SOCK_STREAM, 0);
      make(AF_UNIX, SOCK_RAW, 0);
      int pair[2];
      must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
      socket(AF_INET, SOCK_STREAM, 77);
      socket(AF_UNIX, 15, 0);
      socket(AF_INET, SOCK_RAW, 0);
      socket(AF_NETLINK, SOCK_STREAM, NETLINK_AUDIT);
      socket(AF_NETLINK, SOCK_RAW, 31);
      socket(99, SOCK_STREAM, 1);
      socket(AF_VSOCK, 9, 0);
      socket(AF_XDP, SOCK_RAW | 0x100, 0);
      must(setuid(1001));
      socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
      socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);`,
  });
  const error = expect.any(String);
  expect(data).toEqual([
    { fd: 3, family: 'netlink', type: 'raw', netlink: 'NETLINK_KOBJECT_UEVENT', flags: 'SOCK_CLOEXEC' },
    { fd: 3, family: 'netlink', type: 'dgram', netlink: 'NETLINK_ROUTE' },
    { fd: 3, family: 'inet', type: 'raw', protocol: 1 },
    { fd: 3, family: 'inet6', type: 'raw', protocol: 255, flags: 'SOCK_NONBLOCK|SOCK_CLOEXEC' },
    { family: 'inet', type: 'raw', protocol: 0, error: 'EPROTONOSUPPORT' },
    { family: 'netlink', type: 'stream', netlink: 'NETLINK_AUDIT', error: 'ESOCKTNOSUPPORT' },
    { family: 'netlink', type: 'raw', netlink: '31', error: 'EPROTONOSUPPORT' },
    { family: '99', type: 'stream', protocol: 1, error: 'EAFNOSUPPORT' },
    { family: 'vsock', type: '9', protocol: 0, error },
    { family: 'xdp', type: 'raw', protocol: 0, flags: '0x100', error: 'EINVAL' },
    { family: 'packet', type: 'raw', protocol: 3, error },
    { family: 'inet', type: 'raw', protocol: 1, error: 'EPERM' },
  ]);
  for (const { flags } of lines) expect(flags).toEqual(['new-process']);
});

it('reports packet and vsock sockets, by their old name too', async () => {
  const { data, told } = await act({
    kinds,
    before,
    main: `
      int packet = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
      tell("%d", packet);
      int old = socket(AF_INET, SOCK_PACKET, htons(ETH_P_ALL));
      tell("%d", old);
      int vsock = socket(AF_VSOCK, SOCK_STREAM, 0);
      tell("%d", vsock);`,
  });
  // A kernel can lack a family.
  const outcome = (fd = '') => (Number(fd) < 0 ? { error: expect.any(String) } : { fd: Number(fd) });
  expect(data).toEqual([
    { family: 'packet', type: 'dgram', protocol: 0x0800, ...outcome(told[0]) },
    { family: 'packet', type: 'packet', protocol: 3, ...outcome(told[1]) },
    { family: 'vsock', type: 'stream', protocol: 0, ...outcome(told[2]) },
  ]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds,
    before,
    options: {
      scopes: [
        'fd: socket.fd=3',
        'family: socket.family=inet',
        'type: socket.type=raw',
        'netlink: socket.netlink=NETLINK_AUDIT',
        'protocol: socket.protocol=1',
        'flags: socket.flags=SOCK_CLOEXEC',
        'error: socket.error=EAFNOSUPPORT',
      ],
    },
    main: `
      make(AF_NETLINK, SOCK_DGRAM, NETLINK_AUDIT);
      make(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
      socket(99, SOCK_STREAM, 0);`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['fd', 'netlink'],
    ['fd', 'family', 'type', 'protocol', 'flags'],
    ['error'],
  ]);
});

const socketcall = `${before}
static long socketcall(long number, unsigned family, unsigned type, unsigned protocol)
{
	unsigned arguments[] = { family, type, protocol };

	return compat(102, number, (long)low(arguments, sizeof(arguments)), 0, 0, 0);
}
`;

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines } = await act({
    kinds,
    before: socketcall,
    main: `
      close(must(compat(359, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, 0, 0)));
      close(must(compat(359, AF_INET, SOCK_STREAM, 0, 0, 0)));
      close(must(socketcall(1, AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP)));
      close(must(socketcall(1, AF_INET, SOCK_STREAM, 0)));
      socketcall(1, AF_INET, SOCK_STREAM, 77);
      socketcall(1, 99, 1, 0);
      compat(102, 1, 1, 0, 0, 0);`,
  });
  expect(data).toEqual([
    { fd: 3, family: 'netlink', type: 'raw', netlink: 'NETLINK_ROUTE' },
    { fd: 3, family: 'inet', type: 'raw', protocol: 17, flags: 'SOCK_CLOEXEC' },
    { family: '99', type: 'stream', protocol: 0, error: 'EAFNOSUPPORT' },
    { family: 'unspec', type: 'unspec', protocol: 0, error: 'EFAULT' },
  ]);
  const fromMemory = lines.map(({ flags }) => flags.includes('user-memory'));
  expect(fromMemory).toEqual([false, true, true, true]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});

it.runIf(process.arch === 'x64')(
  'a socket has its own family if a thread rewrites the arguments',
  async () => {
    const rounds = 2000;
    const { data, told } = await act({
      kinds,
      before: `${before}
static volatile unsigned *arguments;
static volatile int is_done;

/* One half of the calls makes a netlink socket, the other an ordinary one. */
static void *rewrites(void *unused)
{
	while (!is_done)
		arguments[0] ^= AF_INET ^ AF_NETLINK;
	return unused;
}`,
      main: `
      int made = 0, family;
      socklen_t size = sizeof(family);
      pthread_t thread;
      arguments = low((unsigned[]){ AF_NETLINK, SOCK_DGRAM, 0 }, 12);
      must(pthread_create(&thread, NULL, rewrites, NULL));
      for (int i = 0; i < ${rounds}; i++) {
        int fd = must(compat(102, 1, (long)arguments, 0, 0, 0));
        must(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size));
        made += family == AF_NETLINK;
        close(fd);
      }
      is_done = 1;
      tell("%d", made);`,
    });
    expect(data).toHaveLength(Number(told[0]));
    expect(data.filter(({ family }) => family !== 'netlink')).toEqual([]);
  },
);
