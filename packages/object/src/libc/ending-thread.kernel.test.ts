import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { basicForKernel } from '../../test/kernel.js';

/** Returns what this process has of the kernel: one entry per descriptor. */
function heldOfKernel(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return /bpf|memfd:spoor/.test(target) ? [target] : [];
    } catch {
      // The descriptor of the folder, which is closed already.
      return [];
    }
  });
}

/** The package as it is built: a worker of Node.js 20 cannot load TypeScript. */
const built = new URL('../../dist/index.js', import.meta.url).href;

const ends = {
  'at the end of its script': '',
  'by process.exit()': 'process.exit(0);',
  'by an error': "throw new Error('planned');",
};

it.each(Object.entries(ends))('a worker that ends %s leaves no link and no descriptor', async (_, end) => {
  const before = heldOfKernel();
  const script = `
    const { once } = require('node:events');
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.built).then(async ({ openObject }) => {
      const loaded = openObject(workerData.file).load();
      loaded.attach();
      openObject(workerData.file);
      parentPort.postMessage('attached');
      await once(parentPort, 'message');
      parentPort.unref();
      ${end}
    });`;
  const workerData = { built, file: basicForKernel() };
  const worker = new Worker(script, { eval: true, workerData, execArgv: [], stderr: true });
  const complaints = worker.stderr.toArray();
  const failed = once(worker, 'error');
  await once(worker, 'message');
  expect(heldOfKernel().filter((target) => target.includes('link'))).not.toEqual([]);
  worker.postMessage('end');
  await Promise.race([once(worker, 'exit'), failed]);
  await worker.terminate();
  expect(heldOfKernel()).toEqual(before);
  expect(await complaints).toEqual([]);
});
