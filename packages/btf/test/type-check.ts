import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { resolve } = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Compiles the TypeScript files in a folder with tsc. Our compiler options are stricter than
 * `strict`. Writes a tsconfig.json and a package.json there.
 *
 * @returns what tsc printed: nothing if all is right
 */
export function typeErrors(folder: string): string {
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      types: ['node'],
      paths: {
        '@spoor/btf': [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
        typebox: [join(dirname(resolve('typebox')), 'index.d.mts')],
      },
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['**/*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const tsc = join(dirname(resolve('typescript/package.json')), 'bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
