import { SpoorError } from '@spoor/core';
import { exitStatus, statusOfError } from './exit-status.js';
import type { Stream } from './io.js';

/**
 * Prints an error and its remedy: `spoor: CODE: message`. An error that is not a `SpoorError` is a
 * bug in `spoor`; SPOOR_DEBUG=1 prints its stack.
 * @returns the exit status
 */
export async function reportFailure(error: unknown, { sink, style }: Stream): Promise<number> {
  const escapeText = await loadEscape();
  // Continuation lines are indented, as in a verifier log, so that outside text cannot start a
  // line. Backslashes stay as they are.
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
  else sink.write('  This is a bug in spoor. Please report it; SPOOR_DEBUG=1 prints a stack trace.\n');
  return exitStatus.environment;
}

/** Remedies by errno, for any system call that fails for lack of a resource or a right. */
const remedies: Readonly<Record<string, string>> = {
  EMFILE: 'Raise the limit of open files: ulimit -n.',
  ENFILE: 'Close files of other processes, or raise fs.file-max.',
  ENOMEM: 'Free some memory, or raise the memory limit of the cgroup.',
  EAGAIN: 'Raise the limit of processes and threads: ulimit -u.',
  ENOSPC: 'Free space on the file system.',
  EDQUOT: 'Free space within the quota.',
  EIO: 'See the kernel log (dmesg).',
  EROFS: 'The file system is mounted read-only.',
  EPERM: 'A seccomp profile or a security module may forbid it.',
  EACCES: 'Check the permissions of the file and of the folders above it.',
  ENOSYS: 'A seccomp profile may forbid it, or the kernel is too old.',
};

/**
 * Returns an error for a call of Node.js that this machine refused; undefined for any other error.
 */
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

/** The module that fails to load may be the error to report. */
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
