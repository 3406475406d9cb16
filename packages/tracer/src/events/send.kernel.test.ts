import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';
import { sockets as before } from '../../test/sockets.js';

/** Only x86-64 has the gate of 32-bit programs. */
const onX64 = it.runIf(process.arch === 'x64');

const udp = `${before}
#define DGRAM(family) must(socket(family, SOCK_DGRAM, 0))

__attribute__((unused)) static struct msghdr message(void *name, socklen_t length)
{
	static struct iovec part = { .iov_base = "x", .iov_len = 1 };

	return (struct msghdr){ .msg_name = name, .msg_namelen = length, .msg_iov = &part, .msg_iovlen = 1 };
}`;

describe('datagrams of unconnected sockets', () => {
  it('the first one to each peer is reported, for each call that can send', async () => {
    const { data, lines } = await act({
      kinds: ['connect'],
      before: udp,
      main: `
        int fd = DGRAM(AF_INET), six = DGRAM(AF_INET6), local = DGRAM(AF_UNIX);
        struct sockaddr_in a = v4("127.0.0.2", 53), b = v4("127.0.0.3", 5353), c = v4("127.0.0.4", 9), d = a;
        struct sockaddr_in6 mapped = v6("::ffff:127.0.0.5", 54), loop = v6("::1", 55);
        struct sockaddr_un name;
        struct msghdr one = message(&b, sizeof(b)), own = message(NULL, 0);
        for (int i = 0; i < 3; i++) {
          must(sendto(fd, "x", 1, 0, (void *)&a, sizeof(a)));
          must(sendmsg(fd, &one, 0));
        }
        /* The second message has no peer of its own, and fails: the call returns 1. */
        struct mmsghdr many[] = { { message(&a, sizeof(a)) }, { message(&c, sizeof(c)) } };
        must(sendmmsg(fd, many, 2, 0));
        must(sendto(six, "x", 1, 0, (void *)&mapped, sizeof(mapped)));
        must(sendto(six, "x", 1, 0, (void *)&loop, sizeof(loop)));
        /* The kernel treats an address without a family as IPv4. */
        d.sin_family = AF_UNSPEC;
        d.sin_port = htons(56);
        must(sendto(fd, "x", 1, 0, (void *)&d, sizeof(d)));
        /* A new socket is a new sender, even with the previous number. */
        close(fd);
        must(DGRAM(AF_INET) == fd ? 0 : -1);
        must(sendto(fd, "x", 1, 0, (void *)&a, sizeof(a)));
        socklen_t length = unix_name(&name, HOSTILE, sizeof(HOSTILE));
        sendto(local, "x", 1, 0, (void *)&name, length);
        int receiver = DGRAM(AF_UNIX);
        must(bind(receiver, (void *)&name, length));
        must(sendto(local, "x", 1, 0, (void *)&name, length));
        must(sendto(local, "x", 1, 0, (void *)&name, length));
        length = unix_name(&name, "\\0abstract", 9);
        sendto(local, "x", 1, 0, (void *)&name, length);
        /* No address, no event. */
        must(connect(fd, (void *)&c, sizeof(c)));
        must(send(fd, "x", 1, 0));
        sendmsg(fd, &own, 0);`,
    });
    const inet = { fd: 3, family: 'inet' };
    const inet6 = { fd: 4, family: 'inet6', call: 'sendto' };
    const unix = { fd: 5, family: 'unix', call: 'sendto' };
    const path = { address: hostile.text, addressRaw: hostile.hex };
    expect(data).toEqual([
      { ...inet, address: '127.0.0.2', port: 53, call: 'sendto' },
      { ...inet, address: '127.0.0.3', port: 5353, call: 'sendmsg' },
      { ...inet, address: '127.0.0.4', port: 9, call: 'sendmmsg' },
      { ...inet6, address: '::ffff:127.0.0.5', port: 54 },
      { ...inet6, address: '::1', port: 55 },
      { ...inet, address: '127.0.0.2', port: 56, call: 'sendto' },
      { ...inet, address: '127.0.0.2', port: 53, call: 'sendto' },
      { ...unix, ...path, error: 'ENOENT' },
      { ...unix, ...path },
      { ...unix, address: '@abstract', error: 'ECONNREFUSED' },
      { ...inet, address: '127.0.0.4', port: 9, call: 'connect', outcome: 'connected' },
    ]);
    expect(fromUserMemory(lines)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('conditions apply to them as to connections', async () => {
    const { lines } = await act({
      kinds: ['connect'],
      before: udp,
      options: { scopes: ['dns: connect.port=53', 'host: connect.port=54 connect.call=1'] },
      main: `
        int fd = DGRAM(AF_INET);
        struct sockaddr_in a = v4("127.0.0.2", 52);
        for (int port = 52; port < 56; port++) {
          a.sin_port = htons(port);
          must(sendto(fd, "x", 1, 0, (void *)&a, sizeof(a)));
        }`,
    });
    expect(lines.map(({ data: { port }, scopes }) => [port, scopes])).toEqual([
      [52, ['command']],
      [53, ['command', 'dns']],
      [54, ['command', 'host']],
      [55, ['command']],
    ]);
  });

  it('TCP Fast Open is a connection; an address that a stream ignores is not reported', async () => {
    const { data, lines, told } = await act({
      kinds: ['connect'],
      before: udp,
      main: `
        int server = listener(), client = must(socket(AF_INET, SOCK_STREAM, 0)), refused = must(socket(AF_INET, SOCK_STREAM, 0));
        struct sockaddr_in to = v4("127.0.0.1", port_of(server));
        struct msghdr own = message(&to, sizeof(to));
        tell("%d", port_of(server));
        must(sendto(client, "x", 1, MSG_FASTOPEN, (void *)&to, sizeof(to)));
        must(sendmsg(client, &own, 0));
        to.sin_port = htons(1);
        sendto(refused, "x", 1, MSG_FASTOPEN, (void *)&to, sizeof(to));`,
    });
    const inet = { family: 'inet', address: '127.0.0.1', call: 'sendto' };
    expect(data).toEqual([
      { ...inet, fd: 4, port: Number(told[0]), outcome: 'connected' },
      { ...inet, fd: 5, port: 1, error: 'ECONNREFUSED', outcome: 'ECONNREFUSED' },
    ]);
    expect(fromUserMemory(lines)).toEqual([1]);
  });

  onX64('32-bit callers, by their own calls and by socketcall()', async () => {
    const { data, lines } = await act({
      kinds: ['connect'],
      before: `${udp}
static long socketcall(int number, int a, long b, int c, int d, long e, int f)
{
  int arguments[] = { a, (int)b, c, d, (int)e, f };

  return compat(102, number, (long)low(arguments, sizeof(arguments)), 0, 0, 0);
}

/* struct compat_msghdr, and then the length that sendmmsg() writes. */
struct message32 {
  unsigned name, namelen, iov, iovlen, control, controllen, flags, sent;
};

static long message32(int port, int count)
{
  struct message32 messages[2];

  for (int i = 0; i < count; i++) {
    struct sockaddr_in to = v4("127.0.0.6", port + i);
    unsigned part[2] = { (unsigned)low_text("x"), 1 };

    messages[i] = (struct message32){
      .name = (long)low(&to, sizeof(to)), .namelen = sizeof(to), .iov = (long)low(part, sizeof(part)), .iovlen = 1 };
  }
  return (long)low(messages, sizeof(messages));
}`,
      main: `
        int fd = DGRAM(AF_INET);
        struct sockaddr_in to = v4("127.0.0.6", 60);
        must(socketcall(11, fd, low_text("x"), 1, 0, (long)low(&to, sizeof(to)), sizeof(to)));
        must(socketcall(16, fd, message32(61, 1), 0, 0, 0, 0));
        must(socketcall(20, fd, message32(62, 2), 2, 0, 0, 0));
        must(compat(370, fd, message32(64, 1), 0, 0, 0));
        must(compat(345, fd, message32(65, 2), 2, 0, 0));`,
    });
    expect(data.map(({ call, address, port }) => [call, address, port])).toEqual([
      ['sendto', '127.0.0.6', 60],
      ['sendmsg', '127.0.0.6', 61],
      ['sendmmsg', '127.0.0.6', 62],
      ['sendmmsg', '127.0.0.6', 63],
      ['sendmsg', '127.0.0.6', 64],
      ['sendmmsg', '127.0.0.6', 65],
      ['sendmmsg', '127.0.0.6', 66],
    ]);
    for (const { flags } of lines) expect(flags).toContain('compat');
  });
});
