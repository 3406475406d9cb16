import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { trace } from '../index.js';

/** Listens at a free port of this machine until the test has ended. */
async function listeningPort(): Promise<{ readonly port: number; [Symbol.dispose](): void }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, [Symbol.dispose]: () => server.close() };
}

it('the kernel submits only opens and connects that match the conditions', async () => {
  using open = await listeningPort();
  using other = await listeningPort();
  const connect = (port: number) => `exec 3<>/dev/tcp/127.0.0.1/${port}; exec 3>&-;`;
  const script = `cat /etc/passwd /etc/group /etc/nonexistent 2>/dev/null; ${connect(open.port)} ${connect(other.port)}`;
  await using tracer = await trace({
    command: ['bash', '-c', script],
    events: ['open', 'connect'],
    scopes: [
      'start: comm=cat open.path=/etc/pass*',
      'end: comm=cat open.path=*nonexistent,/etc/group',
      'others: comm=cat open.path!=/etc/*,/usr/*,/lib/*,/dev/*',
      `port: comm=bash connect.port=${open.port}`,
    ],
  });
  const seen = new Map<string, readonly string[]>();
  for await (const event of tracer) {
    if (event.kind !== 'open' && event.kind !== 'connect') continue;
    const scopes = event.scopes.filter((name) => name !== 'command');
    // Name services use unix sockets, which have no port.
    if (event.kind === 'connect' && event.port === 0) continue;
    if (event.kind === 'connect') seen.set(String(event.port), scopes);
    else if (scopes.length > 0) seen.set(event.path, scopes);
  }
  expect(Object.fromEntries(seen)).toEqual({
    '/etc/passwd': ['start'],
    '/etc/group': ['end'],
    '/etc/nonexistent': ['end'],
    [open.port]: ['port'],
    [other.port]: [],
  });
});
