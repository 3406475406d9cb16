import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';

/** Of this package: one folder above both src/ and dist/. */
const inPackage = (...names: string[]) => fileURLToPath(new URL(join('..', ...names), import.meta.url));

export interface Executables {
  readonly tree: string;
  readonly saboteur: string;
}

/**
 * Compiles the generator and the saboteur where their sources are newer. The C library is linked in: the generator's
 * binary has to run behind a chroot.
 *
 * @throws SpoorError `UNSUPPORTED` without a C compiler
 */
export function compileGenerator(): Executables {
  return {
    tree: compile('mp-generator', inPackage('generator', 'tree')),
    saboteur: compile('mp-saboteur', inPackage('generator')),
  };
}

function compile(name: string, folder: string): string {
  const sources = readdirSync(folder)
    .filter((file) => /\.[ch]$/.test(file))
    .map((file) => join(folder, file));
  const target = inPackage('build', name);
  const builtAt = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((source) => statSync(source).mtimeMs < builtAt)) return target;

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
