import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { SpoorError } from '@spoor/core';

/** The folders that native/gate.h searches if PATH is not set. */
const usualPath = '/usr/local/bin:/usr/bin:/bin';

export interface FindCommandOptions {
  /** Folders, separated by colons. Default: the environment variable PATH. */
  readonly path?: string | undefined;
  /** The directory from which relative paths start. Default: that of this process. */
  readonly cwd?: string | undefined;
}

/**
 * Finds the file of a command, as a shell does. A name with a slash is a path. Other names are
 * searched in the folders of `path`.
 *
 * @param command - a name or a path
 * @throws {SpoorError} COMMAND_NOT_FOUND if the file does not exist; a shell exits with 127
 * @throws {SpoorError} COMMAND_NOT_EXECUTABLE if it cannot be executed; a shell exits with 126
 *
 * @example
 * ```ts
 * console.log(findCommand('sh')); // /usr/bin/sh
 * ```
 */
export function findCommand(command: string, options: FindCommandOptions = {}): string {
  const { path = process.env['PATH'] ?? usualPath, cwd = '.' } = options;
  // A relative path stays relative: a process whose directory was removed has no path of it.
  const from = (place: string): string => (isAbsolute(place) ? place : `${cwd}/${place}`);
  if (command === '') throw notFound(command, 'Write the command after "--".');
  if (command.includes('/')) {
    const found = inspect(from(command));
    if (found === 'executable') return command;
    if (found === 'missing') throw notFound(command, 'Check the path.');
    throw notExecutable(command, found);
  }
  let refused: SpoorError | undefined;
  for (const folder of path.split(delimiter)) {
    const file = from(join(folder, command));
    const found = inspect(file);
    if (found === 'executable') return file;
    if (found !== 'missing') refused ??= notExecutable(file, found);
  }
  throw refused ?? notFound(command, 'Check the spelling, or give its path.');
}

function inspect(file: string): 'executable' | 'missing' | 'a directory' | 'not executable' {
  try {
    if (statSync(file).isDirectory()) return 'a directory';
    accessSync(file, constants.X_OK);
    return 'executable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'not executable' : 'missing';
  }
}

function notFound(command: string, remedy: string): SpoorError {
  return new SpoorError('COMMAND_NOT_FOUND', `The command ${JSON.stringify(command)} was not found`, {
    remedy,
  });
}

function notExecutable(file: string, why: string): SpoorError {
  return new SpoorError('COMMAND_NOT_EXECUTABLE', `The command ${JSON.stringify(file)} is ${why}`, {
    remedy: 'Give a file that may be executed.',
  });
}
