import { readFileSync } from 'node:fs';

/** Returns true if an error of `node:fs` has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Returns true if a task in `/proc` has exited: ENOENT when opening, ESRCH when reading. */
export function isGone(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ESRCH');
}

/** Reads a file; no bytes if that fails. */
export function tryReadBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Reads a text in UTF-8; empty if that fails. */
export const tryRead = (path: string): string => tryReadBytes(path).toString('utf8');
