import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileObject, runTool } from '@spoor/btf/generate';
import { compileError } from './compile-error.js';
import type { KernelPlan, PlannedEvent } from './define.js';

/**
 * The variants of the object that are compiled: the end of the name, and the macros. The lean ones
 * have no event of an extension, so those of the base serve.
 */
export const builtVariants = ({ base }: KernelPlan) =>
  Object.entries(base.variants).filter(([, defines]) => !defines.includes('-DSPOOR_LEAN'));

/**
 * Compiles all variants of a kernel side. Writes no file that stays.
 *
 * @returns the bytes of each object, by the suffix of its variant
 * @throws {SpoorError} TOOL_MISSING without clang or llvm-strip; TOOL_FAILED with clang's messages
 * @throws {SpoorError} EXTENSION_INVALID if a header lacks its struct or its function
 */
export function compileVariants(plan: KernelPlan): ReadonlyMap<string, Uint8Array> {
  const { base, events } = plan;
  const folder = mkdtempSync(join(tmpdir(), 'spoor-build-'));
  try {
    writeHeaders(join(folder, 'spoor_extension'), events);
    // The prefix maps keep the paths of this machine out of the objects.
    const sources = new Set([folder, base.folder, ...events.map(({ header }) => dirname(header))]);
    const maps = [...sources].flatMap((path) => [
      `-fdebug-prefix-map=${path}=.`,
      `-fmacro-prefix-map=${path}=.`,
    ]);
    const places = [`-I${folder}`, `-I${base.folder}`, ...maps];
    return new Map(
      builtVariants(plan).map(([suffix, defines]) => {
        const args = [...base.flags, ...places, '-DSPOOR_EXTENDED', ...defines];
        const { bytes } = compileObject(join(base.folder, 'spoor.bpf.c'), { args });
        return [suffix, stripped(bytes, join(folder, `kernel${suffix}.bpf.o`))];
      }),
    );
  } catch (error) {
    throw compileError(error, events);
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
