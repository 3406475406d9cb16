type Zlib = typeof import('node:zlib');
let loaded: Zlib | undefined;

/** `node:zlib`, loaded when a recording is first written or read: what only traces starts without it. */
export function zlib(): Zlib {
  loaded ??= process.getBuiltinModule('node:zlib');
  return loaded;
}

export const crc32 = (bytes: Uint8Array): number => zlib().crc32(bytes);
