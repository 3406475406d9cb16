import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SpoorError } from '@spoor/core';
import { compileVariants } from './compile.js';
import type { KernelPlan } from './define.js';
import { builtEvents, declarationText, marker, moduleText } from './module-text.js';

/** The files of a kernel side. */
export interface BuiltKernel {
  /** The path of the module. Its export `kernel` is for `trace` and others. */
  readonly module: string;
  /** The paths of all files that were written. */
  readonly files: readonly string[];
}

/**
 * Compiles a kernel side and writes it into a folder: `kernel.js`, `kernel.d.ts`, and the objects
 * of all variants. Runs clang and llvm-strip. If it throws, the folder has what it had.
 *
 * @param out the folder; it is created
 * @throws {SpoorError} TOOL_MISSING without clang or llvm-strip; TOOL_FAILED with clang's messages,
 *   which name the file and the line
 * @throws {SpoorError} EXTENSION_INVALID if a declaration cannot be bundled
 * @throws {SpoorError} OUTPUT_UNWRITABLE if the folder has a `kernel.js` that was not generated, or
 *   cannot be written
 *
 * @example
 * ```ts
 * const { module } = await buildKernel(defineKernel({ events: ['./umask.h'] }), 'dist');
 * console.log(module);
 * ```
 */
export async function buildKernel(plan: KernelPlan, out: string): Promise<BuiltKernel> {
  const folder = resolve(out);
  const module = join(folder, 'kernel.js');
  requireGenerated(module);
  const objects = compileVariants(plan);
  const events = builtEvents(plan, objects.get('')!);
  const files = new Map<string, string | Uint8Array>([
    ...[...objects].map(([suffix, bytes]) => [join(folder, `kernel${suffix}.bpf.o`), bytes] as const),
    [join(folder, 'kernel.d.ts'), declarationText(events, module)],
    [module, await moduleText(events)],
  ]);
  writeAll(folder, files);
  return { module, files: [...files.keys()] };
}

function requireGenerated(path: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8').startsWith(marker)) return;
  throw new SpoorError('OUTPUT_UNWRITABLE', `${path} was not generated, so it is not overwritten`, {
    remedy: 'Choose another folder with --out, or remove the file.',
    details: { file: path },
  });
}

/** Writes all files under other names first, so that a full disk leaves the old ones. */
function writeAll(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const temporary = (path: string) => `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true });
    for (const [path, content] of files) writeFileSync(temporary(path), content);
    for (const path of files.keys()) renameSync(temporary(path), path);
  } catch (cause) {
    for (const path of files.keys()) rmSync(temporary(path), { force: true });
    throw new SpoorError('OUTPUT_UNWRITABLE', `${folder} cannot be written: ${(cause as Error).message}`, {
      remedy: 'Choose another folder with --out, or make room.',
      details: { file: folder },
      cause,
    });
  }
}
