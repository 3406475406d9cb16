import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/btf';

const inBench = (...names: string[]) => fileURLToPath(new URL(join('../..', ...names), import.meta.url));

/** Outside of what git sees, and kept between runs. */
const cache = inBench('..', '.tools', 'bench');

const triple = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const common = ['-O2', '-Wall', '-Wextra', '-Werror'];
const forBpf = ['-g', '-target', 'bpf', '-mcpu=v3', `-I/usr/include/${triple}`];

export interface CompileOptions {
  /** Macros. */
  readonly defines?: Readonly<Record<string, number>>;
  readonly libraries?: readonly string[];
}

/**
 * The path of `c/NAME.c`, compiled; once for each content.
 *
 * @throws SpoorError `UNSUPPORTED` when it does not compile
 */
export function compileC(name: string, { defines = {}, libraries = [] }: CompileOptions = {}): string {
  const links = libraries.map((library) => `-l${library}`);
  return compile(inBench('c', `${name}.c`), name, { flags: [...common, ...macros(defines)], links });
}

/** The same for `bpf/NAME.bpf.c`. @throws SpoorError `UNSUPPORTED` when it does not compile */
export function compileBpf(name: string): string {
  const flags = [...common, ...forBpf, '-c'];
  return compile(inBench('bpf', `${name}.bpf.c`), `${name}.bpf.o`, { flags, links: [] });
}

function macros(defines: Readonly<Record<string, number>>): string[] {
  return Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
}

interface Flags {
  readonly flags: readonly string[];
  readonly links: readonly string[];
}

function compile(source: string, name: string, { flags, links }: Flags): string {
  const hash = createHash('sha256')
    .update(readFileSync(source))
    .update(JSON.stringify([flags, links]))
    .digest('hex');
  // The name comes last, whole: programs of ours are known by it.
  const folder = join(cache, hash.slice(0, 16));
  const target = join(folder, name);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const partial = `${target}.${process.pid}`;
  const args = [...flags, '-o', partial, source, ...links];
  const { status, stderr, error } = spawnSync('clang', args, { encoding: 'utf8' });
  if (status !== 0) {
    throw new SpoorError('UNSUPPORTED', `${source} does not compile: ${error?.message ?? stderr.trim()}`, {
      remedy: 'On Debian: apt-get install clang libc6-dev libbpf-dev.',
    });
  }
  renameSync(partial, target);
  return target;
}
