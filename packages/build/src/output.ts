import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { SpoorError } from '@spoor/core';
import { marker } from './module-text.js';

/**
 * Checks that files can be written into a folder, and that no file of somebody else is in their
 * places. Objects bear no mark: they were generated if the module beside them was.
 *
 * @param names the names of the files, the module among them
 * @throws {SpoorError} OUTPUT_UNWRITABLE
 */
export function requireWritable(folder: string, names: readonly string[], module: string): void {
  requireFolder(folder);
  const ownsObjects = readStart(join(folder, module)) === marker;
  for (const path of names.map((name) => join(folder, name))) {
    const start = readStart(path);
    if (start === undefined || start === marker || (ownsObjects && extname(path) === '.o')) continue;
    throw new SpoorError('OUTPUT_UNWRITABLE', `${path} was not generated, so it is not overwritten`, {
      remedy: 'Choose another folder with --out, or remove the file.',
      details: { file: path },
    });
  }
}

/** Returns as many first characters as the mark has, or undefined if nothing is there. */
function readStart(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return readFileSync(path, 'latin1').slice(0, marker.length);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Throws if the folder, or the nearest one above that exists, is not a writable folder. */
function requireFolder(path: string): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === false) throw new Error(`${path} is not a folder`);
    if (found !== undefined) accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    // Below a file, stat fails with ENOTDIR: the file has the better message.
    if ((cause as NodeJS.ErrnoException).code !== 'ENOTDIR') throw unwritable(path, cause);
  }
  if (!exists(path)) requireFolder(dirname(path));
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Writes all files under other names first, so that a full disk leaves the old ones. */
export function writeAll(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const temporary = (path: string) => join(folder, `${basename(path)}.${process.pid}.tmp`);
  makeFolder(folder);
  try {
    for (const [path, content] of files) writeFileSync(temporary(path), content);
    for (const path of files.keys()) renameSync(temporary(path), path);
  } catch (cause) {
    for (const path of files.keys()) rmSync(temporary(path), { force: true });
    throw unwritable(folder, cause);
  }
}

/**
 * Makes a folder and those above it. Node.js 20 never returns from a recursive `mkdirSync` below
 * `/proc`.
 */
function makeFolder(path: string): void {
  if (exists(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

const unwritable = (path: string, cause: unknown) =>
  new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${(cause as Error).message}`, {
    remedy: 'Choose another folder with --out, or make room.',
    details: { file: path },
    cause,
  });
