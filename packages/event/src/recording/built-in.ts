/** Modules of Node.js that are loaded when a recording is first written or read: what only traces starts without them. */

type Zlib = typeof import('node:zlib');
let loaded: Zlib | undefined;

export function zlib(): Zlib {
  loaded ??= process.getBuiltinModule('node:zlib');
  return loaded;
}

export const crc32 = (bytes: Uint8Array): number => zlib().crc32(bytes);

export const openFile = (path: string, flags: 'r' | 'w') =>
  process.getBuiltinModule('node:fs/promises').open(path, flags);
