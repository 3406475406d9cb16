import { release } from 'node:os';
import { features } from '../src/index.js';
import { compileFixture } from './compile.js';

/** Returns true if the running kernel has this version or a later one: `5.14`. */
export function kernelSince(version: string): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const [wanted = 0, least = 0] = version.split('.').map(Number);
  return major > wanted || (major === wanted && minor >= least);
}

/** The fixture `basic` without the map and the program that an older kernel does not know. */
export function basicForKernel(defines: readonly string[] = []): string {
  return compileFixture('basic', [
    ...defines,
    ...(features.has('task_storage') ? [] : ['WITHOUT_TASK_STORAGE']),
    ...(features.has('syscall_programs') ? [] : ['WITHOUT_SYSCALL_PROGRAMS']),
  ]);
}
