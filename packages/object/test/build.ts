import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

/**
 * Compiles this package and the one that it stands on to their `dist`, as `pnpm build` does: for tests of a process of
 * its own, which resolves `@spoor/object` as a user's does.
 */
export function buildPackages(): void {
  for (const name of ['btf', 'object']) {
    const project = fileURLToPath(new URL(`../../${name}/tsconfig.json`, import.meta.url));
    execFileSync(process.execPath, [tsc, '-p', project], { stdio: ['ignore', 'inherit', 'inherit'] });
  }
}
