/**
 * `npm start`: the set-up, then the `spoor` command with our arguments; without any, its tour. The
 * command runs in this process, so that its exit status, its signals and its terminal are ours.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { script } from './lib/output.mjs';
import { inRoot } from './lib/workspace.mjs';
import { setup } from './setup.mjs';

await script(async () => {
  await setup();
  const command = inRoot('packages', 'cli', 'bin', 'spoor.cjs');
  const args = process.argv.slice(2);
  process.argv = [process.execPath, command, ...(args.length === 0 ? ['tour'] : args)];
  await import(pathToFileURL(command).href);
  return undefined;
});
