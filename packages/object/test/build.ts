import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly scripts: { readonly build: string };
}

/**
 * Builds this package and those that it imports, each by its own script: for tests of a process of
 * its own, which resolves `@spoor/object` as a user's does, and which leave `dist` as a build does.
 */
export function buildPackages(): void {
  for (const name of ['core', 'btf', 'ring', 'object']) {
    const cwd = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    const { scripts } = JSON.parse(readFileSync(`${cwd}/package.json`, 'utf8')) as Manifest;
    execFileSync('sh', ['-c', scripts.build], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  }
}
