import { SpoorError } from '@spoor/core';
import { exitStatus, statusOfError } from './exit-status.js';
import type { Stream } from './io.js';

/**
 * Says what went wrong, and what to do: `spoor: CODE: message`, then the remedy. Returns the exit status.
 *
 * What is no `SpoorError` is a mistake of ours; its stack is shown when SPOOR_DEBUG is set.
 */
export async function reportFailure(error: unknown, { sink, style }: Stream): Promise<number> {
  const escapeText = await loadEscape();
  // Continuation lines are indented, as in a verifier's log, so text from outside cannot begin a
  // line. Backslashes escape nothing yet.
  const safe = (text: string) => text.replace(/\n(?! {2})|[^\n\\]+/g, escapeText);
  if (error instanceof SpoorError) {
    sink.write(`${style.bad('spoor:')} ${error.code}: ${safe(error.message)}\n`);
    if (error.remedy !== undefined) sink.write(`  ${safe(error.remedy.replaceAll('\n', '\n  '))}\n`);
    if (debugging() && error.stack !== undefined) sink.write(`${safe(error.stack)}\n`);
    return statusOfError(error.code);
  }
  const machine = machineFailure(error);
  if (machine !== undefined) return reportFailure(machine, { sink, style });
  const message = error instanceof Error ? error.message : String(error);
  sink.write(`${style.bad('spoor:')} INTERNAL: ${safe(message.replaceAll('\n', '\n  '))}\n`);
  if (debugging() && error instanceof Error) sink.write(`${safe(error.stack ?? '')}\n`);
  else sink.write('  This is a fault of spoor. SPOOR_DEBUG=1 shows where it happened.\n');
  return exitStatus.environment;
}

/** Remedies for a resource or right that is missing on this machine, by errno, for any call. */
const remedies: Readonly<Record<string, string>> = {
  EMFILE: 'Raise the limit of open files: ulimit -n.',
  ENFILE: 'Close files of other processes, or raise fs.file-max.',
  ENOMEM: 'Free some memory, or raise the memory limit of the cgroup.',
  EAGAIN: 'Raise the limit of processes and threads: ulimit -u.',
  ENOSPC: 'Free space on the file system.',
  EDQUOT: 'Free space within the quota.',
  EIO: 'The kernel log (dmesg) says more.',
  EROFS: 'The file system is mounted read-only.',
  EPERM: 'A seccomp profile or a security module may forbid it.',
  EACCES: 'Look at the permissions of the file, and of the folders above it.',
  ENOSYS: 'A seccomp profile may forbid it, or the kernel is too old.',
};

/** A call of Node.js that this machine refused; undefined for anything else. */
function machineFailure(error: unknown): SpoorError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, errno } = error as NodeJS.ErrnoException;
  const remedy = code === undefined ? undefined : remedies[code];
  if (remedy === undefined || syscall === undefined) return undefined;
  return new SpoorError('SYSCALL_FAILED', error.message, {
    remedy,
    call: syscall,
    cause: error,
    ...(errno === undefined ? {} : { errno: Math.abs(errno) }),
  });
}

/** What cannot be loaded may be the very thing to report. */
async function loadEscape(): Promise<(text: string) => string> {
  try {
    return (await import('@spoor/core')).escapeText;
  } catch {
    return (text) => text.replace(/[^ -~]/g, '?');
  }
}

function debugging(): boolean {
  return Boolean(process.env['SPOOR_DEBUG']);
}
