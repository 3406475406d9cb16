import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileObject, runTool } from '@spoor/btf/generate';
import type { KernelPlan, PlannedEvent } from './define.js';

/**
 * The variants that `objectPath` of a kernel side chooses from: the end of the name, and macros.
 * The lean objects have no event of an extension, so those of the base serve.
 */
const variants: readonly (readonly [suffix: string, defines: readonly string[]])[] = [
  ['', []],
  ['-without-bpf-loop', ['-DSPOOR_WITHOUT_BPF_LOOP']],
];

/**
 * -mcpu=v3 (5.1) is the newest instruction set that the oldest supported kernel has. Initializer
 * overrides: calls that an architecture lacks share one slot of the table (lib/syscalls.h).
 */
const flags = [
  '-mcpu=v3',
  ...['-Wall', '-Wextra', '-Werror'],
  ...['-Wno-unused-parameter', '-Wno-missing-declarations', '-Wno-initializer-overrides'],
];

/**
 * Compiles all variants of a kernel side. Writes no file that stays.
 *
 * @returns the bytes of each object, by the suffix of its variant
 * @throws {SpoorError} TOOL_MISSING without clang or llvm-strip; TOOL_FAILED with clang's messages
 */
export function compileVariants({ base, events }: KernelPlan): ReadonlyMap<string, Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-build-'));
  try {
    writeHeaders(join(folder, 'spoor_extension'), events);
    const places = [`-I${folder}`, `-I${base.folder}`, `-fdebug-prefix-map=${base.folder}=.`];
    return new Map(
      variants.map(([suffix, defines]) => {
        const args = [...flags, ...places, '-DSPOOR_EXTENDED', ...defines];
        const { bytes } = compileObject(join(base.folder, 'spoor.bpf.c'), { args });
        return [suffix, stripped(bytes, join(folder, `kernel${suffix}.bpf.o`))];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The headers that `SPOOR_EXTENDED` includes. */
function writeHeaders(folder: string, events: readonly PlannedEvent[]): void {
  mkdirSync(folder);
  const lines = events.map(
    ({ number, name }) => `SYSCALL(${number}, ${name.toUpperCase()}, ${name}, activity)`,
  );
  const zeros = events.map(({ name }) => `(__u64)RETURNS_ZERO_${name} << EVENT_${name.toUpperCase()}`);
  writeFileSync(
    join(folder, 'registry.h'),
    `#define FOR_EACH_EXTENSION_EVENT(HOOK, SYSCALL) ${lines.join(' ')}\n`,
  );
  const includes = events.map(({ header }) => `#include "${header}"\n`).join('');
  writeFileSync(join(folder, 'events.h'), `${includes}#define EXTENSION_RETURNS_ZERO ${zeros.join(' | ')}\n`);
}

/**
 * Removes DWARF, which is for debuggers: the loader uses BTF. Also removes the names of jump
 * targets, which are most of all symbols.
 */
function stripped(bytes: Uint8Array, path: string): Uint8Array {
  writeFileSync(path, bytes);
  const args = ['-g', '-w', '-N', 'LBB*', '-o', '-', path];
  return runTool({ name: 'llvm-strip', args, install: 'apt-get install llvm', input: path }).output;
}
