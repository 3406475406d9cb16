/** How many bytes the installation of a package takes, against a budget, and in its README. */
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/output.mjs';
import { inRoot, readJson } from '../lib/workspace.mjs';

/**
 * The most megabytes that an installation may take on x86-64, with all dependencies. Half of it is
 * the BPF objects and typebox, and for `build` it is rolldown.
 *
 * @type {Record<string, number>}
 */
const budgets = {
  '@spoor/bpf': 7,
  '@spoor/btf': 3,
  '@spoor/build': 26,
  '@spoor/core': 0.2,
  '@spoor/event': 8,
  '@spoor/filter': 8,
  '@spoor/map': 3,
  '@spoor/object': 8,
  '@spoor/proc': 0.3,
  '@spoor/ring': 0.5,
  '@spoor/tracer': 14,
  spoor: 16,
};

/** @param {string} folder @returns {number} the bytes of its files, without the packages in it */
function bytesOf(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (!stat.isDirectory()) bytes += stat.size;
    else if (name !== 'node_modules') bytes += bytesOf(path);
  }
  return bytes;
}

/**
 * Finds a package as Node.js does, from the folder of the package that depends on it.
 *
 * @param {string} name
 * @param {string} from
 * @param {string} root the project
 * @returns {string | undefined} undefined for an optional dependency that is not installed
 */
function find(name, from, root) {
  for (let folder = from; folder.startsWith(root); folder = join(folder, '..')) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
  }
  return undefined;
}

/**
 * @param {string} name
 * @param {string} root the project in which npm installed it
 * @returns {number} the bytes of the package and all that it depends on
 */
function installedBytes(name, root) {
  /** @type {Set<string>} */
  const folders = new Set();
  const visit = (/** @type {string} */ wanted, /** @type {string} */ from) => {
    const folder = find(wanted, from, root);
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = readJson(join(folder, 'package.json'));
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(next, folder);
  };
  visit(name, root);
  return [...folders].reduce((sum, folder) => sum + bytesOf(folder), 0);
}

const sentence = /^Installed with its dependencies, the package takes ([\d.]+) MB\.$/m;

/**
 * Compares the size of a package with its budget and with its README.
 *
 * @param {{ name: string, folder: string }} packed
 * @param {string} root the project in which npm installed it
 * @param {{ write: boolean }} options `write`: the README gets the size that was measured
 * @returns {string} the size
 */
export function checkSize({ name, folder }, root, { write }) {
  const megabytes = installedBytes(name, root) / 1e6;
  const shown = megabytes.toPrecision(2);
  const budget = budgets[name] ?? 0;
  if (megabytes > budget) throw new Failure(`${name} takes ${shown} MB, and its budget is ${budget} MB`);
  const path = inRoot(folder, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const stated = sentence.exec(readme)?.[1];
  if (stated === undefined) throw new Failure(`${folder}/README.md does not say what the package takes`);
  if (write)
    writeFileSync(
      path,
      readme.replace(sentence, (line) => line.replace(stated, shown)),
    );
  else if (Math.abs(Number(stated) - megabytes) > megabytes / 10)
    throw new Failure(`${folder}/README.md says ${stated} MB: run pnpm release:rehearse --write-sizes`);
  return `${shown} MB`;
}
