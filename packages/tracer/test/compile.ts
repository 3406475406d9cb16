import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../../.tools/tracer-fixtures', import.meta.url));
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));

/** Compiles a C source with clang. Compiles each source once. */
export function compileTo(path: string, source: string): void {
  const header = readFileSync(join(fixtures, 'act.h'));
  const hash = createHash('sha256').update(source).update(header).digest('hex').slice(0, 16);
  const kept = join(cache, hash);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const own = `${kept}.${process.pid}`;
    const flags = ['-O1', '-Wall', '-Werror', '-pthread', `-I${fixtures}`, '-x', 'c', '-', '-o', own];
    execFileSync('clang', flags, { input: source, stdio: ['pipe', 'inherit', 'inherit'] });
    renameSync(own, kept);
  }
  copyFileSync(kept, path);
}

/** A compiled test program. `dispose` removes its file. */
export interface TestProgram extends Disposable {
  readonly path: string;
}

/** Compiles `test/fixtures/NAME.c`. */
export const compileProgram = (name: string): TestProgram =>
  compileText(readFileSync(join(fixtures, `${name}.c`), 'utf8'), name);

/** Compiles a C source into a folder of its own. */
export function compileText(source: string, name = 'program'): TestProgram {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-program-'));
  const path = join(folder, name);
  compileTo(path, source);
  return {
    path,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
