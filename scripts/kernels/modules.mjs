/**
 * Kernel modules of an unpacked package, which no depmod has seen: found by name, with what they
 * depend on.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ending = /\.ko(\.xz)?$/;

/** @param {string} file @returns {Buffer} the module, as insmod takes it */
function readModule(file) {
  return file.endsWith('.xz') ? execFileSync('xz', ['-dc', file]) : readFileSync(file);
}

/** @param {Buffer} module @returns {string[]} names of the modules that it needs */
export function dependenciesOf(module) {
  const names = /\0depends=([^\0]*)\0/.exec(module.toString('latin1'))?.[1] ?? '';
  return names.split(',').filter((name) => name !== '');
}

/**
 * @param {string} folder of all modules
 * @param {readonly string[]} names those that are not there are built into that kernel
 * @returns {{ name: string, content: Buffer }[]} in the order of loading
 */
export function modulesFor(folder, names) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    ending.test(path),
  );
  /** @type {Map<string, { name: string, content: Buffer }>} */
  const taken = new Map();
  const take = (/** @type {string} */ name) => {
    const file = files.find((path) => basename(path).replace(ending, '') === name);
    if (file === undefined || taken.has(name)) return;
    const content = readModule(join(folder, file));
    for (const needed of dependenciesOf(content)) take(needed);
    taken.set(name, { name, content });
  };
  for (const name of names) take(name);
  return [...taken.values()];
}
