import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness of a reader that must have its turn among busy processes. */
const raised = -20;

/**
 * Raises the priority of this process, all of its threads, so that a reader of events runs on a
 * busy machine. Processes that are started later inherit it: call it when the command has been
 * started. Needs root or CAP_SYS_NICE.
 *
 * @returns undefined on success. If the kernel refuses, the name of the error; the priority is
 *   unchanged then
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['make'] });
 * raiseReaderPriority();
 * await tracer.each((event) => console.log(event.kind));
 * ```
 */
export function raiseReaderPriority(): string | undefined {
  try {
    // The calling thread first: 0 stands for it.
    setPriority(0, raised);
  } catch (error) {
    return errnoOf(error);
  }
  try {
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), raised);
    // If sessions share the CPU as groups, niceness only counts inside of a group.
    writeFileSync('/proc/self/autogroup', String(raised));
  } catch {
    // A thread has ended meanwhile, or the kernel has no groups of sessions.
  }
  return undefined;
}

function errnoOf(error: unknown): string {
  const { code, info } = error as { readonly code?: string; readonly info?: { readonly code?: string } };
  return info?.code ?? code ?? 'unknown error';
}
