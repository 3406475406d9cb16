#!/usr/bin/env node
// Compiles spoor.bpf.c and every tests/*.bpf.c to build/: the same bytes wherever it runs. node
// build.mjs [--arch x86|arm64] node build.mjs --define NAME=VALUE --out DIR     only spoor.bpf.c,
// with a macro, for an experiment
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

if (process.platform !== 'linux') {
  // Nothing to load it into. Decoding and replay work without it: a recording has its own layouts.
  console.error('bpf/build.mjs: this is not Linux, so the BPF object is not built');
  process.exit(0);
}

const here = dirname(fileURLToPath(import.meta.url));
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
  // -mcpu=v3 (5.1) is the newest instruction set that the oldest supported kernel has. The prefix
  // map keeps the path of the building machine out of the object.
  const flags = [
    '-g',
    '-O2',
    '-target',
    'bpf',
    '-mcpu=v3',
    `-D__TARGET_ARCH_${arch}`,
    '-Wall',
    '-Wextra',
    '-Werror',
  ];
  // Initializer overrides: calls that an architecture lacks share one slot of the table
  // (lib/syscalls.h).
  const quiet = ['-Wno-unused-parameter', '-Wno-missing-declarations', '-Wno-initializer-overrides'];
  // An experiment leaves out calls.
  if (forExperiment) quiet.push('-Wno-unused-function', `-D${values.define}`);
  const place = [
    `-fdebug-prefix-map=${here}=.`,
    `-fmacro-prefix-map=${here}=.`,
    '-fdebug-compilation-dir',
    '.',
  ];
  execFileSync('clang', [...flags, ...quiet, ...place, ...defines, '-c', source, '-o', object], {
    cwd: here,
    stdio: 'inherit',
  });
  // DWARF is for debuggers; the loader and the kernel use BTF. The names of jump targets are nine
  // tenths of all symbols.
  execFileSync('llvm-strip', ['-g', '-w', '-N', 'LBB*', object], { stdio: 'inherit' });
}

try {
  // The variants that `objectPath` of src/index.ts chooses from.
  for (const lean of forExperiment ? [false] : [false, true]) {
    for (const withoutBpfLoop of [false, true]) {
      const name = `spoor${lean ? '-lean' : ''}${withoutBpfLoop ? '-without-bpf-loop' : ''}.bpf`;
      compile('spoor.bpf.c', {
        name,
        defines: [...(lean ? ['-DSPOOR_LEAN'] : []), ...(withoutBpfLoop ? ['-DSPOOR_WITHOUT_BPF_LOOP'] : [])],
      });
    }
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
