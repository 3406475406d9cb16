import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A compiled test program; its file goes with `dispose`. */
export interface TestProgram extends Disposable {
  readonly path: string;
}

/** Compiles `test/fixtures/NAME.c` with the compiler that the project needs anyway. */
export function compileProgram(name: string): TestProgram {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-program-'));
  const path = join(folder, name);
  const source = fileURLToPath(new URL(`fixtures/${name}.c`, import.meta.url));
  execFileSync('clang', ['-O1', '-Wall', '-Werror', '-pthread', source, '-o', path], { stdio: 'inherit' });
  return {
    path,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
