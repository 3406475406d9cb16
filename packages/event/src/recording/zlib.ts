import { createRequire } from 'node:module';

type Zlib = typeof import('node:zlib');
let loaded: Zlib | undefined;

/** `node:zlib`, loaded when a recording is first written or read: what only traces starts without it. */
export function zlib(): Zlib {
  loaded ??= createRequire(import.meta.url)('node:zlib') as Zlib;
  return loaded;
}

export const crc32 = (bytes: Uint8Array): number => zlib().crc32(bytes);
