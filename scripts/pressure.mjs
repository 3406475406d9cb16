/**
 * `pnpm pressure`: the set-up, then the experiment of experiments/map-pressure with our arguments,
 * in this process.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { script } from './lib/output.mjs';
import { inRoot } from './lib/workspace.mjs';
import { setup } from './setup.mjs';

await script(async () => {
  await setup();
  const command = inRoot('experiments', 'map-pressure', 'bin', 'pressure.mjs');
  process.argv = [process.execPath, command, ...process.argv.slice(2)];
  await import(pathToFileURL(command).href);
  return undefined;
});
