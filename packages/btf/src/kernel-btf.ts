import { readFileSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import type { Btf } from './btf.js';
import { parseBtf } from './parse-btf.js';

/** Where the running kernel shows its types. */
export const kernelBtfPath = '/sys/kernel/btf/vmlinux';

/**
 * The types of the running kernel. Linux 5.4 with `CONFIG_DEBUG_INFO_BTF`; needs no privilege.
 *
 * Errors: `BTF_MISSING` when the kernel offers none, `BTF_INVALID`.
 */
export function readKernelBtf(path: string = kernelBtfPath): Btf {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new SpoorError('BTF_MISSING', `${path}: the kernel's types cannot be read`, {
      remedy: 'Run a kernel that is built with CONFIG_DEBUG_INFO_BTF=y.',
      cause,
    });
  }
  return parseBtf(bytes, { file: path });
}
