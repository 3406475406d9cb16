/**
 * Builds the package in the current folder into its `dist/`: tsc makes JavaScript and declarations, and rolldown
 * one file of each entry and what it imports of its own package. Node.js finds, reads and links each file apart:
 * as some 200 small ones, ours took a third of the time until the first event.
 *
 *     node ../../scripts/build-package.mjs ENTRY… [--command ENTRY]      such as src/index.ts, which becomes dist/index.js
 *
 * A command is CommonJS, with all packages in it: Node.js starts it without its loader of modules, which takes a third of
 * the time that it needs to begin.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { Failure, script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { inRoot, readJson } from './lib/workspace.mjs';

/** What is being built: it takes the place of `dist/` when it is whole. */
const out = 'dist.partial';

/** @typedef {{ fileName: string, code: string }} File */

/**
 * @param {readonly string[]} names of the entries, without an ending
 * @returns {Promise<File[]>}
 */
async function bundle(names) {
  // Nothing of other packages is taken in: each is there once, for all that use it.
  const options = { external: (/** @type {string} */ id) => !/^[./]/.test(id) };
  return generate(names, options, { format: 'esm', chunkFileNames: '[name].js' });
}

/**
 * @param {string} name of the entry, without an ending
 * @returns {Promise<File[]>}
 */
async function bundleCommand(name) {
  const options = { external: (/** @type {string} */ id) => id.startsWith('node:'), plugins: [places] };
  const files = await generate([name], options, {
    format: 'cjs',
    // Its text is read at each start, and lies in memory for as long as it runs. Names stay, for whoever reads a stack.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].cjs',
    // Packages are all made of a dist/index.js.
    chunkFileNames: ({ name: own, moduleIds }) =>
      `${
        own === 'dist' || own === 'src'
          ? packageOf(moduleIds.at(-1) ?? '')
              ?.split('/')
              .at(-1)
          : own
      }.cjs`,
  });
  return files.map((file) => ({ ...file, code: inAscii(file.code) }));
}

/**
 * V8 keeps a text in which a single character is beyond U+00FF in twice the memory.
 *
 * @param {string} code
 */
const inAscii = (code) =>
  code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * @param {readonly string[]} names
 * @param {import('rolldown').InputOptions} options
 * @param {import('rolldown').OutputOptions} outputOptions
 * @returns {Promise<File[]>}
 */
async function generate(names, options, outputOptions) {
  const build = await rolldown({
    ...options,
    input: Object.fromEntries(names.map((name) => [name, join(process.cwd(), out, `${name}.js`)])),
    platform: 'node',
    logLevel: 'warn',
  });
  try {
    const { output } = await build.generate(outputOptions);
    return output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  } finally {
    await build.close();
  }
}

/**
 * A module of another package finds files and packages from where it lies itself, not from the command that it is in.
 *
 * @type {import('rolldown').Plugin}
 */
const places = {
  name: 'places',
  transform(code, id) {
    const name = code.includes('import.meta.url') ? packageOf(id) : undefined;
    if (name === undefined || name === packageOf(process.cwd())) return null;
    const resolve = `process.getBuiltinModule('node:module').createRequire(__filename).resolve('${name}')`;
    const url = `process.getBuiltinModule('node:url').pathToFileURL(${resolve}).href`;
    return code.replaceAll('import.meta.url', url);
  },
};

/** V8 takes compiled code only under the flags that it was made by: they are those that the launcher gives to Node.js. */
async function compileCommand() {
  const flags = [...readFileSync('native/node.h', 'utf8').matchAll(/"(--v8-[a-z-]+=\d+)"/g)].map(
    ([, flag = '']) => flag,
  );
  const args = [...flags, inRoot('scripts', 'compile-command.mjs'), out, join(process.cwd(), 'dist')];
  const { status, output } = await run(process.execPath, args, { cwd: process.cwd() });
  if (status !== 0) throw new Failure('the command was not compiled', { output });
}

/** @param {string} path @returns {string | undefined} the name of the package that it is of */
function packageOf(path) {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).name;
  }
  return undefined;
}

await script(async () => {
  const { values, positionals: entries } = parseArgs({
    options: { command: { type: 'string' } },
    allowPositionals: true,
  });
  if (entries.length === 0) throw new Failure('name the entries, such as src/index.ts', { status: 2 });
  rmSync(out, { recursive: true, force: true });
  const options = ['-p', 'tsconfig.json', '--sourceMap', 'false', '--outDir', out];
  const { status, output } = await run('tsc', options, { cwd: process.cwd() });
  if (status !== 0) throw new Failure('the types are wrong', { output });

  const sources = readJson('tsconfig.json').compilerOptions.rootDir;
  const nameOf = (/** @type {string} */ entry) => relative(sources, entry).replace(/\.ts$/, '');
  const files = await bundle(entries.map(nameOf));
  if (values.command !== undefined) files.push(...(await bundleCommand(nameOf(values.command))));
  for (const path of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.js')) rmSync(join(out, path));
  }
  for (const { fileName, code } of files) {
    mkdirSync(dirname(join(out, fileName)), { recursive: true });
    writeFileSync(join(out, fileName), code);
  }
  if (values.command !== undefined) await compileCommand();
  rmSync('dist', { recursive: true, force: true });
  renameSync(out, 'dist');
  return undefined;
});
