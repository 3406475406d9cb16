import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';
import { features } from '@spoor/object';

/** Of this package: one folder above both src/ and dist/. */
const inPackage = (...names: string[]) => fileURLToPath(new URL(join('..', ...names), import.meta.url));

export interface Executables {
  readonly tree: string;
  readonly saboteur: string;
}

/**
 * Compiles the generator and the saboteur where their sources are newer. The C library is linked
 * in: the generator's binary has to run behind a chroot.
 *
 * @throws SpoorError `UNSUPPORTED` without a C compiler
 */
export function compileGenerator(): Executables {
  return {
    tree: compile('mp-generator', inPackage('generator', 'tree')),
    saboteur: compile('mp-saboteur', inPackage('generator')),
  };
}

/**
 * Compiles the BPF object of a miss mode, if a source of `@spoor/bpf` is newer. Returns its path.
 *
 * @throws {SpoorError} UNSUPPORTED when it cannot be compiled, for want of clang for example
 */
export function compileObject(mode: 'drop' | 'zero'): string {
  const built = createRequire(import.meta.url).resolve('@spoor/bpf/objects/spoor.bpf.o');
  const bpf = join(dirname(built), '..');
  const sources = ['.', 'events', 'filters', 'lib', 'maps', 'programs'].flatMap((folder) =>
    sourcesIn(join(bpf, folder)),
  );
  const out = inPackage('build', mode);
  const variant = features.has('bpf_loop') ? '' : '-without-bpf-loop';
  const target = join(out, `spoor${variant}.bpf.o`);
  if (isNewer(target, sources)) return target;
  const define = `SPOOR_MISS_MODE=MISS_${mode.toUpperCase()}`;
  const args = [join(bpf, 'build.mjs'), '--define', define, '--out', out];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status === 0) return target;
  throw new SpoorError('UNSUPPORTED', `The BPF object of the mode ${mode} cannot be compiled: ${stderr}`, {
    remedy: 'Install clang and llvm: on Debian, apt-get install clang llvm libbpf-dev.',
  });
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => /\.[ch]$/.test(file))
    .map((file) => join(folder, file));

function isNewer(target: string, sources: readonly string[]): boolean {
  const builtAt = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.every((source) => statSync(source).mtimeMs < builtAt);
}

function compile(name: string, folder: string): string {
  const sources = sourcesIn(folder);
  const target = inPackage('build', name);
  if (isNewer(target, sources)) return target;

  mkdirSync(inPackage('build'), { recursive: true });
  const partial = `${target}.${process.pid}`;
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-pthread'];
  const units = sources.filter((source) => source.endsWith('.c'));
  const tried: string[] = [];
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const { error, status, stderr } = spawnSync(compiler, [...flags, '-o', partial, ...units], {
      encoding: 'utf8',
    });
    if (error === undefined && status === 0) {
      renameSync(partial, target);
      return target;
    }
    tried.push(`${compiler}: ${error?.message ?? stderr.trim()}`);
    if (error === undefined) break;
  }
  throw new SpoorError('UNSUPPORTED', `The generator of processes cannot be compiled: ${tried.join('; ')}`, {
    remedy:
      'Install a C compiler and the C library with its headers: on Debian, apt-get install gcc libc6-dev.',
  });
}
