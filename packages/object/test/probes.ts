import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('fixtures/probes.c', import.meta.url));

/** Compiles `fixtures/probes.c` to a shared library in the folder. Returns its path. */
export function buildProbes(folder: string): string {
  const library = join(folder, 'libspoor-probes.so');
  const flags = ['-O1', '-shared', '-fPIC', '-nostdlib', '-fuse-ld=lld'];
  execFileSync('clang', [...flags, source, '-o', library], { stdio: ['ignore', 'inherit', 'inherit'] });
  return library;
}
