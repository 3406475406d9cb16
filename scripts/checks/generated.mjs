/**
 * `pnpm check generated`: committed files are equal to those that their generators write now. Each
 * package with a `generate.mjs` has a `--check` of its own.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { run } from '../lib/run.mjs';
import { inRoot, packageFolders } from '../lib/workspace.mjs';

/** @returns {Promise<import('../lib/reports.mjs').Verdict>} */
export async function checkGenerated() {
  const generators = packageFolders()
    .map((folder) => `${folder}/generate.mjs`)
    .filter((path) => existsSync(inRoot(path)));
  const runs = [];
  for (const generator of generators) runs.push(await run(process.execPath, [generator, '--check']));
  // Without a generator this would prove nothing.
  const ok = runs.length > 0 && runs.every(({ status }) => status === 0);
  return { ok, output: runs.map(({ output }) => output).join('') };
}
