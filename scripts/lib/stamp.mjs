/** Fingerprints of files, by which the second run knows that there is nothing to do. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Every file below `folder`, sorted, so that two walks of equal trees are equal.
 *
 * @param {string} folder absolute; a folder that does not exist has no files
 * @param {(name: string, isFolder: boolean) => boolean} [keep]
 * @returns {string[]} absolute paths
 */
export function filesBelow(folder, keep = () => true) {
  if (!existsSync(folder)) return [];
  /** @type {string[]} */
  const found = [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (!keep(entry.name, entry.isDirectory())) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path, keep));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** Folders beside a package.json that no build reads: outputs, and the fixtures of tests. */
const unread = new Set(['dist', 'build', 'test', '.turbo']);

/**
 * The files that a build of a package can read: no outputs, no tests, no pages.
 *
 * @param {string} folder the package's @returns {string[]}
 */
export function sourcesOf(folder) {
  const keep = (/** @type {string} */ name, /** @type {boolean} */ isFolder) =>
    isFolder ? name !== 'node_modules' : !/\.test(?:-d)?\.m?ts$|\.md$|^api\.txt$/.test(name);
  return filesBelow(folder, keep).filter((path) => !unread.has(relative(folder, path).split(sep)[0] ?? ''));
}

/**
 * @param {string} root
 * @param {readonly string[]} paths absolute
 * @param {readonly string[]} [salt] whatever else the result depends on
 * @returns {string} of the names, relative to `root`, and the contents; a file that is not there
 *   counts as not there
 */
export function contentStamp(root, paths, salt = []) {
  const hash = createHash('sha256');
  for (const text of salt) hash.update(`${text}\0`);
  for (const path of paths) {
    hash.update(`${relative(root, path)}\0`);
    // Hashing each content apart keeps the boundary between two files part of the result.
    hash.update(existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest() : 'absent');
  }
  return hash.digest('hex');
}

/**
 * For what we made ourselves: cheaper than its content, and it sees a file that was removed,
 * truncated or made again.
 *
 * @param {string} root
 * @param {readonly string[]} paths absolute
 * @returns {string} of the names, sizes and modification times
 */
export function statStamp(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    hash.update(`${relative(root, path)}\0${stat?.size}\0${stat?.mtimeMs}\0`);
  }
  return hash.digest('hex');
}

/**
 * Runs a check, unless the last run with an equal stamp passed.
 *
 * @param {string} path absolute, of the file that keeps the stamp
 * @param {string} stamp of everything that the result depends on
 * @param {() => Promise<import('./reports.mjs').Verdict>} check
 * @returns {Promise<import('./reports.mjs').Verdict>}
 */
export async function unlessPassed(path, stamp, check) {
  if (existsSync(path) && readFileSync(path, 'utf8') === stamp) return { ok: true, output: '' };
  rmSync(path, { force: true });
  const verdict = await check();
  if (verdict.ok) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, stamp);
  }
  return verdict;
}
