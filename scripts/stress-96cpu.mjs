/**
 * `pnpm stress:96cpu`: the experiment of experiments/map-pressure on a guest with 96 CPUs and the
 * kernel 6.1, whose LRU maps starve there. Every process is forked and runs on another CPU than the
 * one before it.
 *
 *     pnpm stress:96cpu                   about 25 minutes in emulation; writes docs/96-cpus/
 *     pnpm stress:96cpu --cpus 4          a try; writes .reports/96-cpus/
 *     pnpm stress:96cpu -- --entries 10240 --modes drop        arguments of the experiment
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { runKernels } from './kernels/guests.mjs';
import { said } from './kernels/merge.mjs';
import { Failure, say, script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { inRoot } from './lib/workspace.mjs';
import { setup } from './setup.mjs';

const version = '6.1';
/**
 * Two trees or more on each of the CPUs that starve, and no more: each process costs seconds there.
 */
const usual = ['--processes', '960', '--entries', '100,10240,default', '--no-saboteur', '--by-cpu'];

/** @param {readonly string[]} given */
function parse(given) {
  const args = given.filter((arg) => arg !== '--');
  const at = args.indexOf('--cpus');
  if (at === -1) return { cpus: 96, args };
  const cpus = Number(args[at + 1]);
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > 255)
    throw new Failure(`--cpus takes a number from 1 to 255, not "${args[at + 1] ?? ''}"`, { status: 2 });
  args.splice(at, 2);
  return { cpus, args };
}

await script(async () => {
  const given = process.argv.slice(2);
  const { cpus, args } = parse(given);
  await setup();
  // The guest may have no compilers.
  const program = inRoot('experiments', 'map-pressure', 'bin', 'pressure.mjs');
  const { status, output } = await run(process.execPath, [program, '--compile']);
  if (status !== 0) throw new Failure('the experiment does not compile', { output });
  const [guest] = await runKernels({
    versions: [version],
    program: 'pressure.mjs',
    orders: { args: [...usual, ...args] },
    cpus,
    memoryMb: cpus > 16 ? 6144 : 3072,
    limitMinutes: 90,
    progress: () => (message) => {
      if (message.say === 'line') say(message.text);
    },
  });
  const files = guest === undefined ? [] : said(guest, 'file');
  if (files.length === 0)
    throw new Failure(`the guest brought back no result. Last on its console:\n${guest?.printed ?? ''}`);
  const folder = given.length === 0 ? inRoot('docs', '96-cpus') : inRoot('.reports', '96-cpus');
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  say(`written: ${folder}`);
  const lines = guest === undefined ? [] : said(guest, 'line');
  return lines.at(-1)?.text.endsWith('status 0') ? 0 : 1;
});
