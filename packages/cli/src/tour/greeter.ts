import { createServer } from 'node:net';

/** A server for the tour: it greets each client. */
export async function startGreeter(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => {
      // A client that disconnects early is not an error.
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
