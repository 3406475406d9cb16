/** Errors of starting a command, each with the option that it is about. */
import { accessSync, constants, statSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { notExecuted } from './gate-socket.js';

/**
 * Checks the working directory of a command.
 *
 * @throws {SpoorError} INVALID_VALUE if it is not a directory that this process can enter
 */
export function checkWorkingDirectory(cwd: string): void {
  const problem = problemOf(cwd);
  if (problem === undefined) return;
  throw new SpoorError('INVALID_VALUE', `Invalid value for spawn.cwd: ${JSON.stringify(cwd)} ${problem}`, {
    remedy: 'Give the path of a directory, or leave spawn.cwd out.',
  });
}

function problemOf(cwd: string): string | undefined {
  try {
    if (!statSync(cwd).isDirectory()) return 'is not a directory';
    accessSync(cwd, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'does not exist';
    return code === 'ENOTDIR' ? 'is not a directory' : `cannot be entered: ${code}`;
  }
}

/**
 * Converts an error of `child_process.spawn`. The gate exists, and the working directory was
 * checked.
 *
 * @param command - its name
 */
export function startError(cause: unknown, command: string): SpoorError {
  const { code = '', errno = 0, message } = cause as NodeJS.ErrnoException;
  const subject = `The command ${JSON.stringify(command)}`;
  if (code === 'E2BIG') return notExecuted(command, -errno);
  if (code === 'EBADF') {
    return new SpoorError('INVALID_VALUE', `${subject}: spawn.stdio names a descriptor that is not open`, {
      remedy: 'Keep the descriptors open until trace() has resolved.',
      cause,
    });
  }
  if (code.startsWith('ERR_')) {
    return new SpoorError('INVALID_VALUE', `${subject} cannot be started: ${message}`, {
      remedy: 'Check the arguments, and spawn.cwd, spawn.env and spawn.stdio.',
      cause,
    });
  }
  return new SpoorError('SYSCALL_FAILED', `${subject} cannot be started: ${code || message}`, {
    remedy: 'See the limits of this process: ulimit -a, and /proc/PID/limits.',
    call: 'spawn',
    errno: -errno,
    cause,
  });
}
