import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { answerOf, inC, nameServer } from '../../test/dns.js';
import { sockets } from '../../test/sockets.js';

const before = `${sockets}${nameServer}
static char buffer[512];

__attribute__((unused)) static void connect_to(const char *address)
{
	struct sockaddr_in name = v4(address, 9);

	connect(must(socket(AF_INET, SOCK_STREAM, 0)), (void *)&name, sizeof(name));
}

__attribute__((unused)) static void receive(void)
{
	must(recv(client, buffer, sizeof(buffer), 0));
}
`;
const registry = answerOf({
  name: 'registry.npmjs.test',
  answers: [
    { name: 'registry.npmjs.test', type: 'CNAME', value: 'cdn.test' },
    { name: 'cdn.test', type: 'A', value: '127.0.0.9' },
  ],
});
const main = `
  own_network();
  open_server(SOCK_DGRAM);
  connect_to("127.0.0.9");
  answer(${inC(registry)});
  receive();
  connect_to("127.0.0.9");
  connect_to("127.0.0.8");
  struct sockaddr_in6 mapped = v6("::ffff:127.0.0.9", 9);
  connect(must(socket(AF_INET6, SOCK_STREAM, 0)), (void *)&mapped, sizeof(mapped));
  /* The address is another host in another network. */
  own_network();
  connect_to("127.0.0.9");`;

it('reports the name of an address from the answers before, in the same network', async () => {
  const { lines } = await act({ kinds: ['dns', 'connect'], before, main });
  const connections = lines.filter(({ event, data }) => event === 'connect' && data['port'] === 9);
  expect(connections.map(({ data }) => [data['address'], data['host']])).toEqual([
    ['127.0.0.9', undefined],
    ['127.0.0.9', 'registry.npmjs.test'],
    ['127.0.0.8', undefined],
    ['::ffff:127.0.0.9', 'registry.npmjs.test'],
    ['127.0.0.9', undefined],
  ]);
});

it('conditions ask for the name, and need no dns events in the scope', async () => {
  const { data } = await act({
    kinds: ['connect'],
    options: { scopes: ['npm: connect.host=*.npmjs.test', 'others: connect.host!=*.npmjs.test'] },
    before,
    main,
  });
  const named = data.filter((one) => one['host'] !== undefined);
  expect(named.map(({ address }) => address)).toEqual(['127.0.0.9', '::ffff:127.0.0.9']);
});

it('a scope with a condition on the name takes no other events', async () => {
  const { lines } = await act({
    kinds: ['connect', 'dns'],
    options: { scopes: ['npm: connect.host=*.npmjs.test', 'others: connect.host!=*.npmjs.test'] },
    before,
    main,
  });
  const matched = lines.filter(({ scopes }) => scopes.includes('npm') || scopes.includes('others'));
  expect(matched.map(({ event, scopes, data }) => [event, scopes.slice(1), data['address']])).toEqual([
    ['connect', ['npm'], '127.0.0.9'],
    ['connect', ['npm'], '::ffff:127.0.0.9'],
  ]);
});

it('the end of a connection has the name that was known when it began', async () => {
  const { lines } = await act({
    kinds: ['connect', 'connection-end'],
    options: { scopes: ['npm: connection-end.host=*.npmjs.test'] },
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      int listening = listener_on("127.0.0.9");
      struct sockaddr_in to = v4("127.0.0.9", port_of(listening));
      for (int i = 0; i < 2; i++) {
        int end = must(socket(AF_INET, SOCK_STREAM, 0));
        must(connect(end, (void *)&to, sizeof(to)));
        int peer = must(accept(listening, NULL, NULL));
        if (!i) {
          answer(${inC(registry)});
          receive();
        }
        close(end);
        close(peer);
      }
      usleep(200000);`,
  });
  const ends = lines.filter(({ event }) => event === 'connection-end');
  expect(ends.map(({ scopes, data }) => [scopes.includes('npm'), data['direction'], data['host']])).toEqual(
    expect.arrayContaining([
      [false, 'connect', undefined],
      [false, 'accept', undefined],
      [true, 'connect', 'registry.npmjs.test'],
      [false, 'accept', undefined],
    ]),
  );
  expect(ends).toHaveLength(4);
});

it('without dns events, no connection has a name', async () => {
  const { data } = await act({ kinds: ['connect'], before, main });
  expect(data.some((one) => 'host' in one)).toBe(false);
});
