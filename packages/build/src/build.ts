import { join, resolve } from 'node:path';
import { checkFields, importDeclaration } from './check-declarations.js';
import { builtVariants, compileVariants } from './compile.js';
import type { KernelPlan } from './define.js';
import { builtEvents, declarationText, moduleText } from './module-text.js';
import { requireWritable, writeAll } from './output.js';

/** The files of a kernel side. */
export interface BuiltKernel {
  /** The path of the module. Its export `kernel` is for `trace` and others. */
  readonly module: string;
  /** The paths of all files that were written. */
  readonly files: readonly string[];
}

/**
 * Compiles a kernel side and writes it into a folder: `kernel.js`, `kernel.d.ts`, and the objects
 * of all variants. Imports the declarations, and runs clang and llvm-strip. If it throws, the folder has what it had.
 *
 * @param out the folder; it is created
 * @throws {SpoorError} TOOL_MISSING without clang or llvm-strip; TOOL_FAILED with clang's messages,
 *   which name the file and the line
 * @throws {SpoorError} EXTENSION_INVALID if a declaration cannot be imported, or names a field that
 *   its struct lacks
 * @throws {SpoorError} OUTPUT_UNWRITABLE if the folder has one of the files but it was not generated,
 *   or cannot be written
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
  const objectNames = builtVariants(plan).map(([suffix]) => `kernel${suffix}.bpf.o`);
  requireWritable(folder, ['kernel.js', 'kernel.d.ts', ...objectNames], 'kernel.js');
  const declared = await Promise.all(plan.events.map(importDeclaration));
  const objects = compileVariants(plan);
  const events = builtEvents(plan, objects.get('')!);
  for (const [at, event] of events.entries()) checkFields(event, declared[at]);
  const files = new Map<string, string | Uint8Array>([
    ...[...objects].map(([suffix, bytes]) => [join(folder, `kernel${suffix}.bpf.o`), bytes] as const),
    [join(folder, 'kernel.d.ts'), declarationText(events, module)],
    [module, await moduleText(events)],
  ]);
  writeAll(folder, files);
  return { module, files: [...files.keys()] };
}
