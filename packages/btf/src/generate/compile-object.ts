import { existsSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { commandLine, runTool } from './run-tool.js';

/** Options of `compileObject`. */
export interface CompileObjectOptions {
  /** More arguments of clang, such as `-I` and `-D`. */
  readonly args?: readonly string[];
}

export interface CompiledObject {
  readonly bytes: Uint8Array;
  /** The line that was run, for a shell. */
  readonly command: string;
  /** Warnings of clang. */
  readonly messages: string;
}

/** The name of an architecture in `bpf_tracing.h`, and that of the folder with its headers. */
const architectures: Readonly<Record<string, readonly [target: string, headers: string]>> = {
  x64: ['x86', 'x86_64-linux-gnu'],
  arm64: ['arm64', 'aarch64-linux-gnu'],
  riscv64: ['riscv', 'riscv64-linux-gnu'],
};

/**
 * Compiles a BPF object with clang, for this machine. Writes no file.
 *
 * @param source a path, such as `my.bpf.c`
 * @throws {SpoorError} TOOL_MISSING when clang is not installed
 * @throws {SpoorError} TOOL_FAILED with clang's messages
 * @throws {SpoorError} FILE_UNREADABLE when the source does not exist
 *
 * @example
 * ```ts
 * const { bytes, command } = compileObject('trace.bpf.c');
 * console.log(command);
 * const text = generateModule(bytes, { file: 'trace.bpf.c' });
 * ```
 */
export function compileObject(source: string, { args = [] }: CompileObjectOptions = {}): CompiledObject {
  if (!existsSync(source)) {
    throw new SpoorError('FILE_UNREADABLE', `${source}: the file does not exist`, {
      remedy: 'Give the path of a BPF program in C.',
      details: { file: source },
    });
  }
  const clang = {
    name: 'clang',
    args: [
      '-g',
      '-O2',
      '-target',
      'bpf',
      '-fdebug-compilation-dir=.',
      ...machineArguments(),
      ...args,
      '-c',
      '-o',
      '-',
      source,
    ],
    install: 'apt-get install clang libbpf-dev',
    input: source,
  };
  const { output, messages } = runTool(clang);
  return { bytes: output, command: commandLine(clang), messages };
}

function machineArguments(): readonly string[] {
  const [target, headers] = architectures[process.arch] ?? [];
  const folder = `/usr/include/${headers}`;
  const include = headers !== undefined && existsSync(folder) ? [`-I${folder}`] : [];
  return target === undefined ? [] : [`-D__TARGET_ARCH_${target}`, ...include];
}
