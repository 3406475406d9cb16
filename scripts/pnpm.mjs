/**
 * Runs the pinned pnpm on a machine that has none: `node scripts/pnpm.mjs check`. The packages are
 * installed first, unless the command itself is one that changes them.
 */
import process from 'node:process';
import { script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { ensurePnpm, setup } from './setup.mjs';

const installs = ['install', 'i', 'add', 'remove', 'update', 'up'];

await script(async () => {
  const args = process.argv.slice(2);
  // The set-up installs what the lockfile says, which fails for a new package that it lacks.
  if (args.some((arg) => installs.includes(arg))) await ensurePnpm();
  else await setup({ withBuild: false });
  const { status } = await run('pnpm', args, { show: true });
  return status;
});
