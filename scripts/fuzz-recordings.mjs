/**
 * `pnpm fuzz:recordings`: reads mutated recordings by the library and by `spoor replay`, as `npm
 * test` does with few of them.
 *
 *     node scripts/fuzz-recordings.mjs [--count 1000000] [--seed N] [--first 0] [--processes 2]
 *
 * Fails if a case throws anything but a `SpoorError`, if it takes a second of processor time, or if
 * a process that reads them exceeds 256 MiB. `--first N --count 1` repeats case N of a seed.
 */
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { Failure, say, script } from './lib/output.mjs';
import { inRoot } from './lib/workspace.mjs';
import { setup } from './setup.mjs';

/** Cases of one process: many, so that what leaks shows. */
const casesOfPart = 10_000;
const mostKiB = 256 * 1024;
const mostMs = 1000;

/**
 * @typedef {import('../packages/cli/test/replay-campaign.ts').Campaign & { readonly peakKiB: number
 *   }} Part
 */

await script(async () => {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
      first: { type: 'string', default: '0' },
      processes: { type: 'string', default: '2' },
    },
  });
  const { count, seed, first, processes } = values;
  await setup();
  const file = inRoot('packages', 'cli', 'node_modules', `.campaign-${process.pid}.mjs`);
  try {
    await bundle(file);
    say(`reading ${count} mutated recordings, seed ${seed} …`);
    const total = await readAll(file, {
      count: Number(count),
      seed: Number(seed),
      first: Number(first),
      processes: Number(processes),
    });
    const { read, refused, events, worst, peakKiB } = total;
    say(
      `${read} were read, ${refused} refused; ${events} events. The longest took ${worst.ms.toFixed(0)} ms ` +
        `(case ${worst.case}, ${worst.bytes} bytes); the largest process had ${Math.ceil(peakKiB / 1024)} MiB.`,
    );
    if (worst.ms > mostMs)
      throw new Failure(`case ${worst.case} of seed ${seed} takes more than ${mostMs} ms`);
    if (peakKiB > mostKiB) throw new Failure(`a process took more than ${mostKiB / 1024} MiB`);
  } finally {
    rmSync(file, { force: true });
  }
  return undefined;
});

/** @param {string} file where a plain Node.js can run it, beside what it imports */
async function bundle(file) {
  const build = await rolldown({
    input: inRoot('packages', 'cli', 'test', 'replay-campaign-part.ts'),
    external: (id) => !/^[./]/.test(id),
    platform: 'node',
    logLevel: 'warn',
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  await build.close();
  writeFileSync(file, output[0].code);
}

/**
 * @param {string} file
 * @param {{ count: number, seed: number, first: number, processes: number }} wanted
 * @returns {Promise<Part>}
 */
async function readAll(file, { count, seed, first, processes }) {
  const end = first + count;
  let next = first;
  let total = { cases: 0, read: 0, refused: 0, events: 0, peakKiB: 0, worst: { ms: 0, case: 0, bytes: 0 } };
  const work = async () => {
    while (next < end) {
      const from = next;
      next = Math.min(end, from + casesOfPart);
      const part = await readPart(file, [seed, from, next - from]);
      total = added(total, part);
      if (total.cases % 100_000 === 0)
        say(`${total.cases} read, at most ${Math.ceil(total.peakKiB / 1024)} MiB …`);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return total;
}

/**
 * @param {Part} one
 * @param {Part} other
 * @returns {Part}
 */
function added(one, other) {
  return {
    cases: one.cases + other.cases,
    read: one.read + other.read,
    refused: one.refused + other.refused,
    events: one.events + other.events,
    peakKiB: Math.max(one.peakKiB, other.peakKiB),
    worst: one.worst.ms > other.worst.ms ? one.worst : other.worst,
  };
}

/**
 * @param {string} file
 * @param {readonly number[]} args
 * @returns {Promise<Part>}
 */
async function readPart(file, args) {
  try {
    const node = ['--max-old-space-size=128', file, ...args.map(String)];
    const { stdout } = await promisify(execFile)(process.execPath, node, { maxBuffer: 2 ** 24 });
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr = '', message } = /** @type {Error & { stderr?: string }} */ (error);
    throw new Failure(`the cases from ${args[1]} on end in an error:\n${stderr === '' ? message : stderr}`);
  }
}
