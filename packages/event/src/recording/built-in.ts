/**
 * Modules of Node.js that are loaded when a recording is first written or read: what only traces
 * starts without them.
 */

import type { BigIntStats } from 'node:fs';

type Zlib = typeof import('node:zlib');
let loaded: Zlib | undefined;

export function zlib(): Zlib {
  loaded ??= process.getBuiltinModule('node:zlib');
  return loaded;
}

export const crc32 = (bytes: Uint8Array): number => zlib().crc32(bytes);

type Files = typeof import('node:fs');
const files = (): Files => process.getBuiltinModule('node:fs');

export function openToRead(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    files().open(path, 'r', (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

export const statsOf = (fd: number): BigIntStats => files().fstatSync(fd, { bigint: true });

/**
 * Fills the bytes from there on with what comes next, as much as there is. Resolves to how much; 0
 * at the end.
 */
export function readPart(fd: number, bytes: Uint8Array, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    files().read(fd, bytes, from, bytes.length - from, null, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
}

/**
 * Creates a file that only its owner may read, or empties the one that is there. Returns its
 * descriptor.
 */
export function createFile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    files().open(path, 'w', 0o600, (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

/**
 * Writes all of it, however many calls that takes: a file that reaches its limit takes a part
 * first.
 */
export async function writeFully(fd: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += await new Promise<number>((resolve, reject) => {
      files().write(fd, bytes, done, bytes.length - done, null, (error, written) =>
        error ? reject(error) : resolve(written),
      );
    });
  }
}

export function closeFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    files().close(fd, (error) => (error ? reject(error) : resolve()));
  });
}
