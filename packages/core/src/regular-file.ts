import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * Reads a regular file. Refuses a device or a pipe at once, because it may have no end or no
 * writer.
 *
 * @param path names the file
 * @returns the bytes of the file
 * @throws an error of `node:fs`, or one whose message is "it is not a regular file"
 *
 * @example
 * ```ts
 * const bytes = readRegularFile('/etc/passwd');
 * ```
 */
export function readRegularFile(path: string): Buffer {
  // Opening a pipe would wait for its writer.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    // Reading a folder fails with its own error.
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is not a regular file');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
