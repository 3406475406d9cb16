/** Runs the pinned pnpm on a machine that has none: `node scripts/pnpm.mjs check`. */
import process from 'node:process';
import { script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { setup } from './setup.mjs';

await script(async () => {
  await setup();
  const { status } = await run('pnpm', process.argv.slice(2), { show: true });
  return status;
});
