#!/usr/bin/env node
// `pnpm bench`: makes sure of the build, as every command at the root does, and measures.
import process from 'node:process';
import { script } from '../../scripts/lib/output.mjs';
import { setup } from '../../scripts/setup.mjs';

await script(async () => {
  await setup();
  const { run } = await import('../dist/run.js');
  return run(process.argv.slice(2));
});
