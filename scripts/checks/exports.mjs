/** Each public package as its users get it: packed as for a registry, then read by publint and by "Are the types wrong?". */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inParallel } from '../lib/parallel.mjs';
import { run } from '../lib/run.mjs';
import { inRoot, packageFolders, readManifest } from '../lib/workspace.mjs';

/** @param {string} folder @returns {Promise<string>} what is wrong with the package; '' when nothing is */
async function examine(folder) {
  const packed = inRoot('.reports', 'packed', folder.replaceAll('/', '-'));
  mkdirSync(packed, { recursive: true });
  const pack = await run('pnpm', ['pack', '--pack-destination', packed], { cwd: inRoot(folder) });
  const file = readdirSync(packed).find((name) => name.endsWith('.tgz'));
  if (pack.status !== 0 || file === undefined) return `== ${folder}: pnpm pack\n${pack.output}`;
  const tarball = join(packed, file);
  const publint = await run('publint', ['run', tarball, '--strict']);
  // The packages are ESM only: what a `require` sees is not a question. node10 has no `exports`.
  const types = await run('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']);
  const faults = [publint, types].filter(({ status }) => status !== 0);
  return faults.map(({ output }) => `== ${folder}\n${output.trim()}`).join('\n\n');
}

/** @returns {Promise<import('../lib/reports.mjs').Verdict>} */
export async function checkExports() {
  rmSync(inRoot('.reports', 'packed'), { recursive: true, force: true });
  const folders = packageFolders().filter((folder) => readManifest(folder).private !== true);
  const faults = (await inParallel(folders, examine)).filter((fault) => fault !== '');
  return { ok: faults.length === 0, output: faults.join('\n\n') };
}
