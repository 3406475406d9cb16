/** Compiles BPF sources of tests. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { inRoot } from './workspace.mjs';

const cache = inRoot('.tools', 'fixtures');
const [target, triple] = process.arch === 'arm64' ? ['arm64', 'aarch64'] : ['x86', 'x86_64'];
const flags = [
  ...['-O2', '-target', 'bpf', '-mcpu=v3', '-Wall', '-Werror'],
  ...[`-D__TARGET_ARCH_${target}`, `-I/usr/include/${triple}-linux-gnu`],
];

/**
 * Compiles a BPF source, once per content of the source and flags.
 *
 * @param {URL} source
 * @param {readonly string[]} [defines] macros, as `NAME=value`
 * @param {{ btf?: boolean }} [options] `btf: false` leaves the type information out
 * @returns {string} the path of the object
 */
export function compileBpfFixture(source, defines = [], { btf = true } = {}) {
  const path = fileURLToPath(source);
  const all = [...(btf ? ['-g'] : []), ...flags, ...defines.map((define) => `-D${define}`)];
  const hash = createHash('sha256').update(readFileSync(path)).update(all.join(' ')).digest('hex');
  const object = join(cache, `${basename(path, '.bpf.c')}-${hash.slice(0, 16)}.bpf.o`);
  if (existsSync(object)) return object;
  mkdirSync(cache, { recursive: true });
  const own = `${object}.${process.pid}`;
  execFileSync('clang', [...all, '-c', path, '-o', own], { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(own, object);
  return object;
}
