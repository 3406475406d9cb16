// The entry of a racing thread. Node.js 20 cannot load TypeScript, so Vite loads the rest.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { createViteServer } from 'vitest/node';

const conditions = ['@spoor/source', 'node', 'import', 'module', 'default'];
const server = await createViteServer({
  configFile: false,
  root: fileURLToPath(new URL('../../../..', import.meta.url)),
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false, hmr: false },
  optimizeDeps: { noDiscovery: true },
  // `using` is not for Node 20.
  oxc: { target: 'es2022' },
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
});
const { race } = await server.ssrLoadModule(fileURLToPath(new URL('racer.ts', import.meta.url)));
parentPort?.postMessage('ready');
parentPort?.on('message', async (task) => parentPort?.postMessage(await race(task)));
