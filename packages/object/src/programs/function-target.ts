import { errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { cString } from '../libc/c-memory.js';
import { type ProgramHandle, programHandles } from '../load/handles.js';
import { programType } from './program-type.js';

/** The function that a program is loaded for: `fentry`, `fexit`, `lsm`, `tp_btf`, `freplace`. */
export interface FunctionTarget {
  /** Without the prefix of the kernel: `file_open` for an LSM hook. */
  readonly function: string;
  /** The program that has the function: a `LoadedProgram`. Default: the kernel. */
  readonly program?: { readonly fd: number };
}

/** The program types whose target the verifier needs to know. */
const byFunction: ReadonlySet<number> = new Set([
  programType.tracing,
  programType.lsm,
  programType.extension,
]);

/** @throws {SpoorError} UNSUPPORTED when there is no such function, INVALID_VALUE */
export function setFunctionTarget(
  { libbpf }: Native,
  { handle, name, section, type }: ProgramHandle,
  target: FunctionTarget,
): void {
  const label = `${name} (${section})`;
  if (!byFunction.has(type)) {
    throw new SpoorError('INVALID_VALUE', `${label} is not loaded for a function`, {
      remedy: 'Give its target to attach() after load().',
    });
  }
  const { function: wanted, program } = target;
  const status = libbpf.bpf_program__set_attach_target(handle, program?.fd ?? 0, cString(wanted));
  if (status === 0) return;
  const place = program === undefined ? 'this kernel' : 'the other program';
  throw new SpoorError('UNSUPPORTED', `${label}: ${place} has no function ${wanted}: ${errnoName(status)}`, {
    call: `bpf_program__set_attach_target(${name})`,
    errno: -status,
    remedy: 'Choose another function, or disable the program before load().',
  });
}

/**
 * Checks the enabled programs of an object.
 *
 * @param given names of programs that were given a target
 * @throws {SpoorError} INVALID_VALUE for a program that cannot be loaded without a target
 */
export function requireTargets(native: Native, object: bigint, given: ReadonlySet<string>): void {
  for (const { handle, name, section, type } of programHandles(native, object)) {
    const isNamed = given.has(name) || (type !== programType.extension && section.includes('/'));
    const isEnabled = native.libbpf.bpf_program__autoload(handle) !== 0;
    if (!byFunction.has(type) || isNamed || !isEnabled) continue;
    const target = type === programType.extension ? '{ program, function: string }' : '{ function: string }';
    throw new SpoorError('INVALID_VALUE', `${name} (${section}) cannot be loaded without a target`, {
      remedy: `Call setTarget('${name}', ${target}) before load(), or disable the program.`,
    });
  }
}
