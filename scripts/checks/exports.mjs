/**
 * `pnpm check exports`: packs each public package as for a registry. publint and "Are the types
 * wrong?" then read it.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inParallel } from '../lib/parallel.mjs';
import { run } from '../lib/run.mjs';
import { contentStamp, filesBelow, unlessPassed } from '../lib/stamp.mjs';
import { inRoot, packageFolders, readManifest, root } from '../lib/workspace.mjs';

/**
 * Entries that are files of another kind, such as a BPF object, have no types to look for.
 *
 * @param {import('../lib/workspace.mjs').Manifest} manifest
 */
const dataEntries = ({ exports = {} }) =>
  Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === 'string' && !target.endsWith('.js') ? [entry] : [],
  );

/**
 * @param {string} folder
 * @returns {string} of the tools, the outputs and the names of the sources
 */
function stampOf(folder) {
  const own = inRoot(folder);
  const outputs = filesBelow(own, (name, isFolder) =>
    isFolder ? name !== 'node_modules' && name !== 'src' : /\.(?:[cm]?js|d\.ts|json)$/.test(name),
  );
  const tools = [inRoot('pnpm-lock.yaml'), inRoot('scripts', 'checks', 'exports.mjs')];
  return contentStamp(root, [...tools, ...outputs], filesBelow(join(own, 'src')));
}

/** @param {string} folder @returns {Promise<import('../lib/reports.mjs').Verdict>} */
async function examine(folder) {
  const manifest = readManifest(folder);
  const packed = inRoot('.reports', 'packed', folder.replaceAll('/', '-'));
  mkdirSync(packed, { recursive: true });
  const pack = await run('pnpm', ['pack', '--json', '--pack-destination', packed], { cwd: inRoot(folder) });
  if (pack.status !== 0) return { ok: false, output: `== ${folder}: pnpm pack\n${pack.output}` };
  /** @type {{ filename: string, files: { path: string }[] }} */
  const { filename, files } = JSON.parse(pack.output);
  const tests = files.filter(({ path }) => /\.test\.|(^|\/)tests?\//.test(path)).map(({ path }) => path);

  const publint = await run('publint', ['run', filename, '--strict']);
  const data = dataEntries(manifest);
  // The packages are ESM only: what a `require` sees is not a question, and node10 has no
  // `exports`.
  const profile = ['--profile', 'esm-only', ...(data.length > 0 ? ['--exclude-entrypoints', ...data] : [])];
  const types = await run('attw', [filename, '--no-emoji', '--no-color', ...profile]);
  const faults = [publint, types].filter(({ status }) => status !== 0).map(({ output }) => output.trim());
  if (tests.length > 0) faults.push(`its "files" take tests along: ${tests.join(', ')}`);
  return { ok: faults.length === 0, output: faults.map((fault) => `== ${folder}\n${fault}`).join('\n\n') };
}

/** @returns {Promise<import('../lib/reports.mjs').Verdict>} */
export async function checkExports() {
  rmSync(inRoot('.reports', 'packed'), { recursive: true, force: true });
  const folders = packageFolders().filter((folder) => readManifest(folder).private !== true);
  const verdicts = await inParallel(folders, (folder) =>
    unlessPassed(inRoot('.tools', 'passed', 'exports', folder), stampOf(folder), () => examine(folder)),
  );
  const faulty = verdicts.filter(({ ok }) => !ok);
  return { ok: faulty.length === 0, output: faulty.map(({ output }) => output).join('\n\n') };
}
