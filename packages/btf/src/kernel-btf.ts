import { readFileSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import type { Btf } from './btf.js';
import { parseBtf } from './parse-btf.js';

/** The file with the types of the running kernel. */
export const kernelBtfPath = '/sys/kernel/btf/vmlinux';

/**
 * Reads the types of the running kernel. Needs no privilege. Requires Linux 5.4 with
 * `CONFIG_DEBUG_INFO_BTF`.
 *
 * @throws {SpoorError} BTF_MISSING when the kernel has no BTF, or the file cannot be read
 * @throws {SpoorError} BTF_INVALID when the file is broken
 *
 * @example
 * ```ts
 * const btf = readKernelBtf();
 * console.log(btf.findStruct('task_struct')?.size);
 * ```
 */
export function readKernelBtf(path: string = kernelBtfPath): Btf {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new SpoorError('BTF_MISSING', `${path}: the kernel's types cannot be read`, {
      remedy:
        path === kernelBtfPath
          ? 'Run a kernel that is built with CONFIG_DEBUG_INFO_BTF=y.'
          : `Give the path of a file with raw BTF that can be read (${(cause as NodeJS.ErrnoException).code}).`,
      details: { file: path },
      cause,
    });
  }
  return parseBtf(bytes, { file: path });
}
