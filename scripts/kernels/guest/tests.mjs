/**
 * Runs on each kernel of the matrix, in a guest and on the machine itself. It inspects the kernel,
 * loads each program, runs the kernel tests, and inspects the kernel again. It prints its findings
 * as lines of JSON.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../lib/run.mjs';
import { inRoot } from '../../lib/workspace.mjs';
import { tell } from './reporter.mjs';
import { judgePrograms, object } from './verifier.mjs';

/**
 * @typedef {{ vitest: string[], verifier: boolean }} Orders what the outer run wants, in
 *   `.tools/kernels/orders.json`
 */
/** @type {Orders} */
const orders = JSON.parse(readFileSync(inRoot('.tools', 'kernels', 'orders.json'), 'utf8'));

async function kernelLog() {
  const { output } = await run('dmesg', []);
  return output.split('\n').filter((line) => line !== '');
}

/** @returns {Promise<Record<string, number>>} how many of each the kernel has */
async function countBpf() {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const kind of ['prog', 'map', 'link']) {
    const { output } = await run('bpftool', ['-j', kind, 'show']);
    counts[kind] = (JSON.parse(output || '[]').error ?? JSON.parse(output || '[]')).length;
  }
  return counts;
}

/** Freeing waits for a grace period of the kernel's. @param {Record<string, number>} expected */
async function countBpfAfter(expected) {
  let counts = await countBpf();
  for (let tries = 0; tries < 100 && JSON.stringify(counts) !== JSON.stringify(expected); tries++) {
    await sleep(200);
    counts = await countBpf();
  }
  return counts;
}

tell({
  say: 'kernel',
  machine: object.systemInfo(),
  features: object.features.names.map((name) => object.features.describe(name)),
});
const log = await kernelLog();
const before = await countBpf();
if (orders.verifier) for (const program of judgePrograms()) tell({ say: 'program', ...program });

const reporter = inRoot('scripts', 'kernels', 'guest', 'reporter.mjs');
const { status } = await run(
  'vitest',
  [
    ...['run', '--project', 'kernel', '--no-isolate', '--maxWorkers=1', '--experimental.fsModuleCache'],
    ...['--reporter=default', `--reporter=${reporter}`, ...orders.vitest],
  ],
  { show: true },
);

const after = await kernelLog();
tell({
  say: 'end',
  status,
  log: log.slice(0, 5000),
  added: after.slice(log.length),
  before,
  after: await countBpfAfter(before),
});
process.exitCode = status;
