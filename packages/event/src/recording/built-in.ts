/** Modules of Node.js that are loaded when a recording is first written or read: what only traces starts without them. */

type Zlib = typeof import('node:zlib');
let loaded: Zlib | undefined;

export function zlib(): Zlib {
  loaded ??= process.getBuiltinModule('node:zlib');
  return loaded;
}

export const crc32 = (bytes: Uint8Array): number => zlib().crc32(bytes);

type Files = typeof import('node:fs');
const files = (): Files => process.getBuiltinModule('node:fs');

export const openFile = (path: string) => process.getBuiltinModule('node:fs/promises').open(path, 'r');

/** Creates a file that only its owner may read, or empties the one that is there. Returns its descriptor. */
export function createFile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    files().open(path, 'w', 0o600, (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

/** Writes all of it, however many calls that takes: a file that reaches its limit takes a part first. */
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
