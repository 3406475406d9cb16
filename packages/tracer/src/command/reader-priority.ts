import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** The niceness of a reader that competes with busy processes. */
const raised = -20;

/**
 * Raises the priority of all threads of this process, so that it reads events in time on a busy
 * machine. Processes that are started later inherit the priority: call it after the start of the
 * command. Needs root or CAP_SYS_NICE.
 *
 * @returns undefined, or the name of the error if the priority could not be raised
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['true'], events: ['exec'] });
 * raiseReaderPriority();
 * await tracer.each((event) => console.log(event.kind));
 * ```
 */
export function raiseReaderPriority(): string | undefined {
  try {
    // 0 is the calling thread.
    setPriority(0, raised);
  } catch (error) {
    return errnoOf(error);
  }
  try {
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), raised);
    // If sessions share the CPU as groups, niceness counts inside a group only.
    writeFileSync('/proc/self/autogroup', String(raised));
  } catch {
    // A thread has ended, or the kernel has no groups of sessions.
  }
  return undefined;
}

function errnoOf(error: unknown): string {
  const { code, info } = error as { readonly code?: string; readonly info?: { readonly code?: string } };
  return info?.code ?? code ?? 'unknown error';
}
