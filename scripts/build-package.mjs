/**
 * Builds the package in the current folder into its `dist/`: tsc makes JavaScript and declarations, and rolldown
 * one file of each entry and what it imports of its own package. Node.js finds, reads and links each file apart:
 * as some 200 small ones, ours took a third of the time until the first event.
 *
 *     node ../../scripts/build-package.mjs ENTRY…      such as src/index.ts, which becomes dist/index.js
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';
import { Failure, script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { readJson } from './lib/workspace.mjs';

/** What is being built: it takes the place of `dist/` when it is whole. */
const out = 'dist.partial';

/**
 * @param {readonly string[]} names of the entries, without an ending
 * @returns {Promise<{ fileName: string, code: string }[]>}
 */
async function bundle(names) {
  const build = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, join(process.cwd(), out, `${name}.js`)])),
    platform: 'node',
    // Nothing of other packages is taken in: each is there once, for all that use it.
    external: (id) => !/^[./]/.test(id),
    logLevel: 'warn',
  });
  try {
    const { output } = await build.generate({ format: 'esm', chunkFileNames: '[name].js' });
    return output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  } finally {
    await build.close();
  }
}

await script(async () => {
  const entries = process.argv.slice(2);
  if (entries.length === 0) throw new Failure('name the entries, such as src/index.ts', { status: 2 });
  rmSync(out, { recursive: true, force: true });
  const options = ['-p', 'tsconfig.json', '--sourceMap', 'false', '--outDir', out];
  const { status, output } = await run('tsc', options, { cwd: process.cwd() });
  if (status !== 0) throw new Failure('the types are wrong', { output });

  const sources = readJson('tsconfig.json').compilerOptions.rootDir;
  const files = await bundle(entries.map((entry) => relative(sources, entry).replace(/\.ts$/, '')));
  for (const path of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.js')) rmSync(join(out, path));
  }
  for (const { fileName, code } of files) {
    mkdirSync(dirname(join(out, fileName)), { recursive: true });
    writeFileSync(join(out, fileName), code);
  }
  rmSync('dist', { recursive: true, force: true });
  renameSync(out, 'dist');
  return undefined;
});
