import { createServer } from 'node:net';

/** Somebody to connect to: greets whoever comes. */
export async function startGreeter(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => {
      // A visitor that leaves early is none of our business.
    });
    socket.end('hello\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  return { port, close: () => server.close() };
}
