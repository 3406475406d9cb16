import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness of a reader that must have its turn among busy processes. */
const raised = -20;

/**
 * Raises the priority of this process, all of its threads, so that a reader of events has its turn however many processes are
 * busy. Processes that are started later inherit it: call it when the command has been started. Needs root or CAP_SYS_NICE.
 *
 * @returns the name of the error when the kernel refuses, which leaves the priority as it was; undefined when it was raised
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
    // Where sessions share the CPU as groups, niceness counts inside of a group alone.
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
