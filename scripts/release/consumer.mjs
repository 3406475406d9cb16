/** A project that installs the published packages and uses them, as a newcomer would. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { compileBpfFixture } from '../lib/bpf-fixture.mjs';
import { pnpmFolder } from '../lib/run.mjs';
import { inRoot } from '../lib/workspace.mjs';
import { must } from './packages.mjs';

/** @typedef {import('./packages.mjs').Packed} Packed */
/**
 * @typedef {object} Consumer
 * @property {string} folder
 * @property {NodeJS.ProcessEnv} env
 */

/** Installed beside the packages, for TypeScript: the oldest supported compiler and the newest. */
const tools = ['@types/node@20', 'typescript@7.0.2', 'typescript-oldest@npm:typescript@5.7.3'];

/** Yarn is one more package: the last of the kind that takes a folder as it is. */
const yarn = 'yarn@1.22.22';

/**
 * Makes an empty project.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Consumer}
 */
export function newConsumer(folder, env) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  return { folder, env };
}

/** @type {Record<string, (consumer: Consumer, names: readonly string[]) => Promise<void>>} by package manager */
export const installers = {
  npm: async ({ folder, env }, names) => {
    await must('npm', ['install', '--loglevel=error', ...names, ...tools], { cwd: folder, env });
  },
  pnpm: async ({ folder, env }, names) => {
    const program = join(pnpmFolder(), 'node_modules', '.bin', 'pnpm');
    // The script of koffi compiles what its package has compiled already. pnpm wants a decision.
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), 'allowBuilds:\n  koffi: false\n');
    // By default, pnpm installs nothing that was published a moment ago.
    const options = ['--config.minimum-release-age=0', `--store-dir=${join(folder, '..', 'pnpm-store')}`];
    await must(program, ['add', ...options, ...names], { cwd: folder, env });
  },
  yarn: async ({ folder, env }, names) => {
    const own = `${folder}-program`;
    mkdirSync(own, { recursive: true });
    await must('npm', ['install', '--loglevel=error', '--prefix', own, yarn], { cwd: own, env });
    const program = join(own, 'node_modules', 'yarn', 'bin', 'yarn.js');
    await must(process.execPath, [program, 'add', '--silent', ...names], { cwd: folder, env });
  },
};

/** @param {Consumer} consumer */
export async function traceTrue({ folder, env }) {
  const output = await must('npx', ['--no-install', 'spoor', 'trace', '--events', 'exec', '--', 'true'], {
    cwd: folder,
    env,
  });
  if (!/exec.*true/.test(output)) throw new Error(`spoor trace -- true reported no exec:\n${output}`);
}

/**
 * Files that the first example of a README reads, and statements before it.
 *
 * @type {Record<string, { given?: string, prepare: (folder: string) => void }>}
 */
const needs = {
  '@spoor/btf': {
    given: "const file = 'proc-info.bpf.o';\n",
    prepare: (folder) =>
      copyFileSync(
        compileBpfFixture(new URL('proc-info.bpf.c', import.meta.url)),
        join(folder, 'proc-info.bpf.o'),
      ),
  },
  '@spoor/build': {
    prepare: (folder) => {
      const extension = inRoot('examples', 'extension-event');
      for (const file of ['umask.h', 'umask.ts']) copyFileSync(join(extension, file), join(folder, file));
    },
  },
  '@spoor/object': {
    prepare: (folder) => {
      const source = new URL('../../packages/object/test/fixtures/bpf/basic.bpf.c', import.meta.url);
      copyFileSync(compileBpfFixture(source), join(folder, 'exits.bpf.o'));
    },
  },
};

/**
 * Some examples use syntax that the oldest supported Node.js does not have, such as `using`.
 *
 * @param {string} code
 * @param {string} folder of the consumer
 * @returns {string} JavaScript
 */
function transpile(code, folder) {
  const ts = createRequire(join(folder, 'package.json'))('typescript-oldest');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/**
 * Runs the first example of the README of a package, if it has one.
 *
 * @param {Packed} packed
 * @param {Consumer} consumer
 * @returns {Promise<boolean>} false for a README without a program
 */
export async function runExample({ name, unpacked }, { folder, env }) {
  const readme = readFileSync(join(unpacked, 'README.md'), 'utf8');
  const [, language, code] = /^```(ts|js)\n(.*?)^```$/ms.exec(readme) ?? [];
  if (code === undefined) return false;
  const { given = '', prepare } = needs[name] ?? {};
  prepare?.(folder);
  const file = join(folder, `${name.replaceAll(/\W/g, '-')}.mjs`);
  writeFileSync(file, `${given}${language === 'ts' ? transpile(code, folder) : code}`);
  await must(process.execPath, [file], { cwd: folder, env });
  return true;
}

/**
 * Compiles a program that imports each entry with types, strictly and with the declarations of the
 * packages.
 *
 * @param {readonly Packed[]} packages
 * @param {Consumer} consumer
 */
export async function compileStrictly(packages, { folder, env }) {
  const entries = packages.flatMap(({ name, manifest }) =>
    Object.entries(manifest.exports)
      .filter(([, target]) => target.types !== undefined)
      .map(([entry]) => join(name, entry)),
  );
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  const uses = entries.map((_, index) => `export type Entry${index} = keyof typeof entry${index};`);
  writeFileSync(join(folder, 'consumer.ts'), `${[...imports, ...uses].join('\n')}\n`);
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  for (const compiler of ['typescript', 'typescript-oldest']) {
    const program = join(folder, 'node_modules', compiler, 'bin', 'tsc');
    await must(process.execPath, [program, '-p', 'tsconfig.json', '--pretty', 'false'], { cwd: folder, env });
  }
}

/** @returns {string} where the bills of materials go */
export const billFolder = () => inRoot('.reports', 'release');
