import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { sockets } from '../../test/sockets.js';

/** Both ends of a connection are in the program: each is an event. */
const before = `${sockets}
static int server, client, peer;
static struct sockaddr_in to;

__attribute__((unused)) static void join_ends(void)
{
	server = listener();
	to = v4("127.0.0.1", port_of(server));
	client = must(socket(AF_INET, SOCK_STREAM, 0));
	must(connect(client, (void *)&to, sizeof(to)));
	peer = must(accept(server, NULL, NULL));
	tell("%d %d", port_of(server), port_of(client));
}

__attribute__((unused)) static void take(int fd, int bytes)
{
	char data[4096];

	while (bytes > 0)
		bytes -= must(recv(fd, data, sizeof(data), 0));
}

/* Waits for the end of the stream. */
__attribute__((unused)) static void take_end(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
}
`;

it('connection-end: has the bytes of both directions, and who closed first', async () => {
  const { data, told } = await act({
    kinds: ['connection-end'],
    before,
    main: `
      static char bytes[3000];
      join_ends();
      must(send(client, bytes, 1234, 0));
      take(peer, 1234);
      must(send(peer, bytes, 3000, 0));
      take(client, 3000);
      close(peer);
      take_end(client);
      close(client);
      usleep(200000);`,
  });
  const [port, own] = told[0]!.split(' ').map(Number);
  const common = { family: 'inet', address: '127.0.0.1', localAddress: '127.0.0.1' };
  const ends = data.toSorted((a, b) => (String(a['direction']) < String(b['direction']) ? -1 : 1));
  const durationNs = expect.stringMatching(/^[1-9]\d+$/);
  expect(ends).toEqual([
    {
      ...common,
      port: own,
      localPort: port,
      direction: 'accept',
      durationNs,
      sentBytes: '3000',
      receivedBytes: '1234',
      closedBy: 'self',
    },
    {
      ...common,
      port,
      localPort: own,
      direction: 'connect',
      durationNs,
      sentBytes: '1234',
      receivedBytes: '3000',
      closedBy: 'peer',
    },
  ]);
});

it('connection-end: says that an end reset the other', async () => {
  const { data } = await act({
    kinds: ['connection-end'],
    before,
    main: `
      join_ends();
      must(send(client, "unread", 6, 0));
      usleep(50000);
      close(peer);
      take_end(client);
      close(client);
      usleep(50000);`,
  });
  expect(data.map(({ direction, closedBy, error }) => ({ direction, closedBy, error }))).toEqual([
    { direction: 'accept', closedBy: 'self' },
    { direction: 'connect', closedBy: 'peer', error: 'ECONNRESET' },
  ]);
});

it('connection-end: reports a connect that did not block, and none that failed', async () => {
  const { data, lines } = await act({
    kinds: ['connect', 'connection-end'],
    before,
    main: `
      server = listener();
      to = v4("127.0.0.1", port_of(server));
      client = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      connect(client, (void *)&to, sizeof(to));
      poll(&(struct pollfd){ .fd = client, .events = POLLOUT }, 1, -1);
      must(connect(client, (void *)&to, sizeof(to)));
      close(client);
      to.sin_port = htons(1);
      client = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      connect(client, (void *)&to, sizeof(to));
      close(client);
      close(server);
      usleep(50000);`,
  });
  expect(lines.map(({ event }) => event).toSorted()).toEqual(['connect', 'connect', 'connection-end']);
  expect(data.at(lines.findIndex(({ event }) => event === 'connection-end'))).toMatchObject({
    direction: 'connect',
    sentBytes: '0',
    receivedBytes: '0',
  });
});

it('connection-end: is delivered or counted as dropped for each connection of a flood', async () => {
  const { data } = await act({
    kinds: ['connection-end'],
    before,
    main: `
      server = listener();
      to = v4("127.0.0.1", port_of(server));
      for (int i = 0; i < 300; i++) {
        client = must(socket(AF_INET, SOCK_STREAM, 0));
        must(connect(client, (void *)&to, sizeof(to)));
        peer = must(accept(server, NULL, NULL));
        must(send(client, "x", 1, 0));
        close(client);
        take(peer, 1);
        close(peer);
      }
      usleep(200000);`,
  });
  const of = (direction: string) => data.filter((one) => one['direction'] === direction);
  expect(of('connect').map(({ sentBytes, receivedBytes }) => [sentBytes, receivedBytes])).toEqual(
    Array.from({ length: 300 }, () => ['1', '0']),
  );
  expect(of('accept').map(({ sentBytes, receivedBytes }) => [sentBytes, receivedBytes])).toEqual(
    Array.from({ length: 300 }, () => ['0', '1']),
  );
});

it('connection-end: is flagged as the call is that has the connection', async () => {
  const { lines } = await act({
    kinds: ['connect', 'accept', 'connection-end'],
    before: `${before}
      static void *idle(void *nothing) { return pause(), nothing; }`,
    main: `
      pthread_t other;
      join_ends();
      close(client), close(peer);
      must(pthread_create(&other, NULL, idle, NULL));
      join_ends();
      close(client), close(peer);
      usleep(50000);`,
  });
  const doubtful = (kind: string) =>
    lines.filter(({ event }) => event === kind).map(({ flags }) => flags.includes('racy'));
  const ends = (direction: string) =>
    lines
      .filter(({ event, data }) => event === 'connection-end' && data['direction'] === direction)
      .map(({ flags }) => flags.includes('racy'));
  expect(ends('accept')).toEqual(doubtful('accept'));
  expect(ends('connect')).toEqual(doubtful('connect'));
  expect(doubtful('accept')[0]).toBe(false);
});

it('connection-end: has IPv6 ends, and the process that accepted', async () => {
  const { data, lines } = await act({
    kinds: ['connection-end'],
    before: sockets,
    main: `
      struct sockaddr_in6 to = v6("::1", 0);
      int server = must(socket(AF_INET6, SOCK_STREAM, 0)), client, peer;
      must(bind(server, (void *)&to, sizeof(to)));
      must(listen(server, 1));
      to.sin6_port = htons(port_of(server));
      if (!must(fork())) {
        peer = must(accept(server, NULL, NULL));
        recv(peer, &(char){ 0 }, 1, 0);
        _exit(0);
      }
      client = must(socket(AF_INET6, SOCK_STREAM, 0));
      must(connect(client, (void *)&to, sizeof(to)));
      shutdown(client, SHUT_WR);
      recv(client, &(char){ 0 }, 1, 0);
      close(client);
      must(wait(NULL));
      usleep(50000);`,
  });
  expect(data.every(({ family, address }) => family === 'inet6' && address === '::1')).toBe(true);
  const [first, second] = lines;
  expect(first!.tgid).not.toBe(second!.tgid);
  expect(data.map(({ closedBy }) => closedBy).toSorted()).toEqual(['peer', 'self']);
});
