/**
 * A folder that has programs of this machine with all that they need to run, to make the guest's
 * system of.
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../lib/output.mjs';
import { findProgram, run } from '../lib/run.mjs';

/**
 * Copies a file or folder to the same place below `target`. Where a link leads to it, the link
 * comes along.
 *
 * @param {string} target
 * @param {string} path
 * @returns {string} the real path
 */
function place(target, path) {
  const folder = realpathSync(dirname(path));
  const here = join(folder, path.slice(path.lastIndexOf('/') + 1));
  const there = join(target, here);
  if (lstatSync(here).isSymbolicLink()) {
    const leads = readlinkSync(here);
    mkdirSync(dirname(there), { recursive: true });
    if (!existsOrLink(there)) symlinkSync(leads, there);
    return place(target, leads.startsWith('/') ? leads : join(folder, leads));
  }
  if (!existsSync(there)) {
    mkdirSync(dirname(there), { recursive: true });
    cpSync(here, there, { recursive: true, verbatimSymlinks: true });
  }
  return here;
}

/** @param {string} path */
const existsOrLink = (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * The libraries that the dynamic linker would load.
 * @param {readonly string[]} files
 */
async function librariesOf(files) {
  // It fails for scripts and for what is linked statically, which need none.
  const { output } = await run('ldd', files);
  return [...new Set([...output.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path))];
}

/**
 * @param {string} target
 * @param {{ programs: readonly string[], libraries: readonly string[], others: readonly string[] }}
 *   what names of programs; paths of libraries that are opened by name; further files and folders.
 *   The last may be missing.
 */
export async function copyWithLibraries(target, { programs, libraries, others }) {
  for (const link of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) {
    const from = `/${link}`;
    const there = join(target, link);
    mkdirSync(target, { recursive: true });
    if (existsOrLink(from) && lstatSync(from).isSymbolicLink() && !existsOrLink(there))
      symlinkSync(readlinkSync(from), there);
  }
  const real = programs.map((name) => {
    const path = findProgram(name);
    if (path === undefined) throw new Failure(`the guest needs ${name}, and this machine does not have it`);
    return place(target, path);
  });
  const loaded = [...real, ...libraries.map((path) => place(target, path))];
  for (const path of await librariesOf(loaded)) place(target, path);
  for (const path of others) if (existsSync(path)) place(target, path);
}

/**
 * @param {string} folder
 * @param {RegExp} pattern
 * @returns {string[]} the paths of what has such a name there
 */
export const matching = (folder, pattern) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .map((name) => join(folder, name))
    : [];
