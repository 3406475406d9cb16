/**
 * Builds the package in the current folder into its `dist/`. tsc writes JavaScript and
 * declarations. rolldown then bundles each entry with the modules of its own package, because
 * Node.js takes long to find and link many small files.
 *
 *     node ../../scripts/build-package.mjs ENTRY… [--command ENTRY]
 *
 * An entry such as src/index.ts becomes dist/index.js. A command becomes CommonJS files that
 * contain all packages, because Node.js starts CommonJS faster than ES modules.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { Failure, script } from './lib/output.mjs';
import { run } from './lib/run.mjs';
import { readJson } from './lib/workspace.mjs';

/** The build is written here. It replaces `dist/` when it is complete. */
const out = 'dist.partial';

/** @typedef {{ fileName: string, code: string }} File */

/**
 * @param {readonly string[]} names of the entries, without an extension
 * @returns {Promise<File[]>}
 */
async function bundle(names) {
  // Other packages stay outside the bundle, so that each is loaded once.
  const options = { external: (/** @type {string} */ id) => !/^[./]/.test(id) };
  return generate(names, options, { format: 'esm', chunkFileNames: '[name].js' });
}

/**
 * @param {string} name of the entry, without an extension
 * @returns {Promise<File[]>}
 */
async function bundleCommand(name) {
  const options = {
    external: (/** @type {string} */ id) => id.startsWith('node:'),
    plugins: [places, withoutTypedRings],
    // The modules of all packages, so that a start reads only those that it needs.
    resolve: { conditionNames: ['@spoor/source', 'node', 'import', 'default'] },
    transform: { target: 'node20.19' },
  };
  const files = await generate([name], options, {
    format: 'cjs',
    // Each start reads this text and keeps it in memory. Names stay, so that stack traces are
    // readable.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].cjs',
    // The entry of every package is called dist/index.js, so a chunk is named after its package.
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
 * Escapes other characters: one character beyond U+00FF makes V8 use two bytes for each of them.
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
 * A bundled module of another package looks for its files in that package, not beside the command.
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

/**
 * The command reads its rings by their bytes. The reader of typed rings, which `LoadedObject` needs
 * for others, would only make each start longer.
 *
 * @type {import('rolldown').Plugin}
 */
const withoutTypedRings = {
  name: 'without-typed-rings',
  load: (id) =>
    id.endsWith('/packages/object/src/rings/open-typed-ring.ts')
      ? `export const openTypedRing = () => { throw new Error('the command has no typed rings'); };`
      : null,
};

/** @param {string} path @returns {string | undefined} the name of the package that contains it */
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
  rmSync('dist', { recursive: true, force: true });
  renameSync(out, 'dist');
  return undefined;
});
