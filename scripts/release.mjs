/**
 * `pnpm release:rehearse`: publishes each public package to a registry on this machine, and
 * installs it from there into empty folders. Nothing leaves the machine.
 *
 *     pnpm release:rehearse --write-sizes      also writes the sizes into the READMEs
 *
 * The bills of materials are in `.reports/release/`, the results in `.reports/release.json`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { duration, Failure, green, red, say, script } from './lib/output.mjs';
import { clearReport, writeReport } from './lib/reports.mjs';
import {
  billFolder,
  compileStrictly,
  installers,
  newConsumer,
  runExample,
  traceTrue,
} from './release/consumer.mjs';
import { faultsOf, must, packAll, writeBill } from './release/packages.mjs';
import { startRegistry } from './release/registry.mjs';
import { checkSize } from './release/sizes.mjs';
import { setup } from './setup.mjs';

/** @type {import('./lib/reports.mjs').Result[]} */
const results = [];

/**
 * Runs a step. A failed step does not stop the others.
 *
 * @param {string} name
 * @param {() => Promise<string | void>} action returns what to note
 */
async function step(name, action) {
  const began = performance.now();
  let output = '';
  /** @type {'passed' | 'failed'} */
  let status = 'passed';
  try {
    const note = await action();
    if (note !== undefined) output = note;
  } catch (error) {
    status = 'failed';
    output = error instanceof Failure ? `${error.message}\n${error.output}` : String(error);
  }
  const ms = Math.round(performance.now() - began);
  results.push({ name, status, ms, output });
  say(`${status === 'passed' ? green('✓') : red('✗')} ${name}, ${duration(ms)}`);
  if (output !== '') say(`  ${output.trim().replaceAll('\n', '\n  ')}`);
}

/**
 * @param {string} folder
 * @param {readonly import('./release/packages.mjs').Packed[]} packages
 * @param {NodeJS.ProcessEnv} env
 * @param {{ write: boolean }} sizes
 */
async function rehearse(folder, packages, env, sizes) {
  for (const packed of packages) {
    await step(`publish ${packed.name}`, async () => {
      const faults = faultsOf(packed);
      if (faults.length > 0) throw new Failure(faults.join('\n'));
      await must('npm', ['publish', packed.tarball, '--ignore-scripts', '--loglevel=error'], {
        cwd: folder,
        env,
      });
    });
  }
  const names = packages.map(({ name }) => name);
  for (const [manager, install] of Object.entries(installers)) {
    const consumer = newConsumer(join(folder, manager), env);
    await step(`install with ${manager}`, () => install(consumer, names));
    await step(`${manager}: npx spoor trace -- true`, () => traceTrue(consumer));
    if (manager !== 'npm') continue;
    for (const packed of packages)
      await step(`size of ${packed.name}`, async () => checkSize(packed, consumer.folder, sizes));
    await step('TypeScript, strict', () => compileStrictly(packages, consumer));
    for (const packed of packages)
      await step(`README of ${packed.name}`, async () =>
        (await runExample(packed, consumer)) ? undefined : 'it has no program',
      );
  }
  for (const packed of packages) {
    await step(`bill of materials of ${packed.name}`, async () => {
      const path = join(billFolder(), `${packed.name.replace('@', '').replace('/', '-')}.cdx.json`);
      return `components: ${await writeBill(packed, path, env)}`;
    });
  }
}

await script(async () => {
  const { values } = parseArgs({ options: { 'write-sizes': { type: 'boolean', default: false } } });
  clearReport('release');
  await setup();
  const folder = mkdtempSync(join(tmpdir(), 'spoor-release-'));
  mkdirSync(billFolder(), { recursive: true });
  try {
    const packages = await packAll(join(folder, 'packed'));
    const registry = await startRegistry(folder);
    try {
      await rehearse(folder, packages, registry.env, { write: values['write-sizes'] });
    } finally {
      await registry.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  writeReport('release', results);
  const failed = results.filter(({ status }) => status === 'failed').length;
  process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
});
