/** From a version to what its guest said: fetches, makes disks, boots. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { duration, Failure, say } from '../lib/output.mjs';
import { ensureSystem, guestRequirements } from '../lib/system.mjs';
import { inRoot, root } from '../lib/workspace.mjs';
import { inCache } from './cache.mjs';
import { makeInitramfs, systemDisk, workDisk } from './images.mjs';
import { acceleratorName, boot, chooseAccelerator, runHere } from './machine.mjs';
import { running } from './options.mjs';
import { fetchKernel } from './packages.mjs';
import { releases } from './releases.mjs';

/** @typedef {import('./merge.mjs').Message} Message */
/** @typedef {import('./merge.mjs').Run} Run */
/** @typedef {import('./machine.mjs').Heard} Heard */
/**
 * @typedef {{ console: string, limitMs: number, onMessage: (message: Message) => void }} Hearing
 */
/**
 * @typedef {object} Guests
 * @property {readonly string[]} versions
 * @property {string} program in scripts/kernels/guest/: what the guests run
 * @property {unknown} orders what it is to do: it finds this in `.tools/kernels/orders.json`
 * @property {number} cpus of each
 * @property {number} memoryMb of each
 * @property {number} limitMinutes for each
 * @property {boolean} [update] ask the archive for newer kernels
 * @property {string} [patch] of the BPF sources that the guests get
 * @property {boolean} [withTools] they get the other versions of Node.js too that tests have
 *   installed
 * @property {(version: string) => (message: Message) => void} progress
 */

export const kernelReports = inRoot('.reports', 'kernels');

/**
 * @param {string} version
 * @param {string} how
 * @param {Guests} guests
 * @param {(hearing: Hearing) => Promise<Heard>} action
 * @returns {Promise<Run>}
 */
async function timed(version, how, { limitMinutes, progress }, action) {
  const began = performance.now();
  const console = join(kernelReports, `${version}.console`);
  const messages = join(kernelReports, `${version}.jsonl`);
  writeFileSync(messages, '');
  const tellProgress = progress(version);
  const onMessage = (/** @type {Message} */ message) => {
    appendFileSync(messages, `${JSON.stringify(message)}\n`);
    tellProgress(message);
  };
  const heard = await action({ console, limitMs: limitMinutes * 60_000, onMessage });
  const ms = Math.round(performance.now() - began);
  say(`${version}: ended after ${duration(ms)}`);
  return { version, how, ms, ...heard };
}

/** @param {Guests} guests @returns {Promise<Run>} on this machine's own kernel, without a guest */
function runOnThis(guests) {
  if (process.getuid?.() !== 0) throw new Failure('kernel tests load BPF programs, which needs root');
  say(`${running}: the tests on this machine's own kernel …`);
  const program = inRoot('scripts', 'kernels', 'guest', guests.program);
  return timed(running, 'place', guests, (hearing) => runHere(program, hearing));
}

/** Removes the files that killed runs have left. */
function removeAbandoned() {
  for (const name of readdirSync(inCache())) {
    const pid = /^run-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(join('/proc', pid)))
      rmSync(inCache(name), { recursive: true, force: true });
  }
}

/**
 * @param {readonly import('./releases.mjs').Release[]} wanted
 * @param {Guests} guests
 * @returns {Promise<Run[]>}
 */
async function bootAll(wanted, guests) {
  const kernels = [];
  for (const release of wanted) kernels.push(await fetchKernel(release, { update: guests.update ?? false }));
  const system = await systemDisk();
  removeAbandoned();
  const folder = mkdtempSync(inCache(`run-${process.pid}-`));
  try {
    const work = join(folder, 'work.ext4');
    await workDisk(work, guests);
    const runs = [];
    for (const kernel of kernels) {
      const { version } = kernel;
      const initramfs = join(folder, `${version}.initramfs`);
      await makeInitramfs(kernel, initramfs);
      const accelerator = await chooseAccelerator(kernel, { folder, initramfs });
      const how = acceleratorName(accelerator);
      say(`${version}: booting ${kernel.package} in ${how}, with ${guests.cpus} CPUs …`);
      const { cpus, memoryMb, program } = guests;
      const guest = { kernel, initramfs, disks: [system, work], cpus, memoryMb, root, program, accelerator };
      const action = (/** @type {Hearing} */ hearing) =>
        boot({ ...guest, console: hearing.console }, hearing);
      runs.push(await timed(version, how, guests, action));
    }
    return runs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One after the other, each to its end. @param {Guests} guests @returns {Promise<Run[]>} */
export async function runKernels(guests) {
  const wanted = releases.filter(({ version }) => guests.versions.includes(version));
  if (wanted.length > 0) await ensureSystem(guestRequirements);
  mkdirSync(kernelReports, { recursive: true });
  mkdirSync(inRoot('.tools', 'kernels'), { recursive: true });
  // In the work tree, which the guests get a copy of.
  writeFileSync(inRoot('.tools', 'kernels', 'orders.json'), `${JSON.stringify(guests.orders)}\n`);
  // First: what it compiles and transforms for its tests the guests need not.
  const here = guests.versions.includes(running) ? [await runOnThis(guests)] : [];
  return wanted.length === 0 ? here : [...here, ...(await bootAll(wanted, guests))];
}
