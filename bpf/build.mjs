#!/usr/bin/env node
// Compiles spoor.bpf.c and every tests/*.bpf.c to build/: the same bytes wherever it runs. node
// build.mjs [--arch x86|arm64] node build.mjs --define NAME=VALUE --out DIR     only spoor.bpf.c,
// with a macro, for an experiment
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

if (process.platform !== 'linux') {
  // Nothing to load it into. Decoding and replay work without it: a recording has its own layouts.
  console.error('bpf/build.mjs: this is not Linux, so the BPF object is not built');
  process.exit(0);
}

const here = dirname(fileURLToPath(import.meta.url));
/**
 * `@spoor/build` compiles the sources by this file, too. -mcpu=v3 (5.1) is the newest instruction
 * set that the oldest supported kernel has. Initializer overrides: calls that an architecture lacks
 * share one slot of the table (lib/syscalls.h).
 *
 * @type {{ flags: string[], variants: Record<string, string[]> }}
 */
const given = JSON.parse(readFileSync(join(here, 'compile.json'), 'utf8'));
/** @type {Partial<Record<string, string>>} by Node's name */
const architectures = { x64: 'x86', arm64: 'arm64' };
const { values } = parseArgs({
  options: { arch: { type: 'string' }, define: { type: 'string' }, out: { type: 'string' } },
});
const arch = values.arch ?? architectures[process.arch] ?? '';
if (!['x86', 'arm64'].includes(arch)) {
  console.error(
    `bpf/build.mjs: no BPF target for "${values.arch ?? process.arch}"; use --arch x86 or --arch arm64`,
  );
  process.exit(2);
}

const forExperiment = values.define !== undefined;
const out = values.out ?? join(here, 'build');
mkdirSync(out, { recursive: true });

/**
 * @param {string} source relative to here
 * @param {{ name?: string, defines?: string[] }} options
 */
function compile(source, { name = basename(source, '.c'), defines = [] } = {}) {
  const object = join(out, `${name}.o`);
  const flags = ['-g', '-O2', '-target', 'bpf', `-D__TARGET_ARCH_${arch}`, ...given.flags];
  // An experiment leaves out calls.
  if (forExperiment) flags.push('-Wno-unused-function', `-D${values.define}`);
  // The prefix map keeps the path of the building machine out of the object.
  const place = [
    `-fdebug-prefix-map=${here}=.`,
    `-fmacro-prefix-map=${here}=.`,
    '-fdebug-compilation-dir',
    '.',
  ];
  execFileSync('clang', [...flags, ...place, ...defines, '-c', source, '-o', object], {
    cwd: here,
    stdio: 'inherit',
  });
  // DWARF is for debuggers; the loader and the kernel use BTF. The names of jump targets are nine
  // tenths of all symbols.
  execFileSync('llvm-strip', ['-g', '-w', '-N', 'LBB*', object], { stdio: 'inherit' });
}

try {
  // The variants that `objectPath` of src/objects.ts chooses from.
  for (const [suffix, defines] of Object.entries(given.variants)) {
    if (forExperiment && defines.includes('-DSPOOR_LEAN')) continue;
    compile('spoor.bpf.c', { name: `spoor${suffix}.bpf`, defines });
  }
  const tests = readdirSync(join(here, 'tests')).filter((name) => name.endsWith('.bpf.c'));
  for (const file of forExperiment ? [] : tests.sort()) compile(join('tests', file));
} catch (cause) {
  const error = /** @type {NodeJS.ErrnoException} */ (cause);
  if (error.code !== 'ENOENT') process.exit(1);
  console.error(
    `bpf/build.mjs: ${error.path} is not installed. On Debian: apt-get install clang llvm libbpf-dev`,
  );
  process.exit(1);
}
