import { existsSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { kernelBtfPath } from '../kernel-btf.js';
import { runTool } from './run-tool.js';
import { marker } from './write-generated.js';

/**
 * Returns the text of `vmlinux.h`: the types of a kernel, in C. Runs bpftool.
 *
 * @param path of the kernel's BTF. Default: that of the running kernel (Linux 5.4)
 * @throws {SpoorError} BTF_MISSING when the file does not exist
 * @throws {SpoorError} TOOL_MISSING, TOOL_FAILED
 *
 * @example
 * ```ts
 * writeGenerated('vmlinux.h', vmlinuxHeader());
 * ```
 */
export function vmlinuxHeader(path: string = kernelBtfPath): string {
  if (!existsSync(path)) {
    throw new SpoorError('BTF_MISSING', `${path}: the file does not exist`, {
      remedy: 'Use a kernel with CONFIG_DEBUG_INFO_BTF.',
      details: { file: path },
    });
  }
  const { output } = runTool({
    name: 'bpftool',
    args: ['btf', 'dump', 'file', path, 'format', 'c'],
    install: 'apt-get install bpftool',
    input: path,
  });
  return `${marker}${path}; do not edit.\n\n${output.toString()}`;
}
