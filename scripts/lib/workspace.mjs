/**
 * Where the workspace is, and what it is made of. Nothing here needs a package: it runs before any
 * is installed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @param {...string} parts @returns {string} an absolute path inside the repository */
export const inRoot = (...parts) => join(root, ...parts);

/**
 * @typedef {object} Manifest the fields of a package.json that the scripts look at
 * @property {string} name
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @param {string} path @returns {any} */
export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * The folders of the workspace that hold a package, relative to the root: `bpf`, `packages/btf`, …
 * The patterns are those of pnpm-workspace.yaml, which is not read: a YAML parser would be the
 * first dependency.
 *
 * @returns {string[]}
 */
export function packageFolders() {
  const below = (/** @type {string} */ folder) =>
    existsSync(inRoot(folder)) ? readdirSync(inRoot(folder)).map((name) => `${folder}/${name}`) : [];
  return ['bpf', ...below('packages'), ...below('experiments'), 'examples', 'bench']
    .filter((folder) => existsSync(inRoot(folder, 'package.json')))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** @param {string} folder relative to the root; '' is the root itself @returns {Manifest} */
export const readManifest = (folder) => readJson(inRoot(folder, 'package.json'));

/** The version that `packageManager` in the root's package.json pins. @returns {string} */
export function pinnedPnpm() {
  const pin = readManifest('').packageManager ?? '';
  const version = /^pnpm@(\d+\.\d+\.\d+)/.exec(pin)?.[1];
  if (version === undefined) throw new Error(`package.json: packageManager is "${pin}", not pnpm@x.y.z`);
  return version;
}
