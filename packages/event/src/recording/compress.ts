import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import { SpoorError } from '@spoor/core';
import { zlib } from './built-in.js';
import type { Compression } from './format.js';

interface Codec {
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * `size`: what comes out; more is an error, so that no file can make us hold more than it says.
   */
  expand(bytes: Uint8Array, size: number): Promise<Uint8Array>;
}

type Transform = (
  bytes: Uint8Array,
  options: ZlibOptions,
  done: (error: Error | null, result: Buffer) => void,
) => void;

/** Node has these from 22.15 and 23.8 on; the types of Node 20 do not name them. */
interface Zstd {
  readonly zstdCompress?: Transform;
  readonly zstdDecompress?: Transform;
}

const codecs: Readonly<Partial<Record<Compression, () => Codec | undefined>>> = {
  none: () => ({ compress: (bytes) => Promise.resolve(bytes), expand: (bytes) => Promise.resolve(bytes) }),
  deflate: () => {
    const { deflateRaw, inflateRaw, constants } = zlib();
    return codec(deflateRaw, inflateRaw, { level: constants.Z_BEST_SPEED });
  },
  zstd: () => {
    const { zstdCompress, zstdDecompress } = zlib() as Zstd;
    return zstdCompress && zstdDecompress && codec(zstdCompress, zstdDecompress, {});
  },
};

function codec(compress: Transform, expand: Transform, options: ZlibOptions): Codec {
  const compressing = promisify(compress);
  const expanding = promisify(expand);
  return {
    compress: (bytes) => compressing(bytes, options),
    expand: (bytes, size) => expanding(bytes, { maxOutputLength: Math.max(size, 1) }),
  };
}

/**
 * Returns true if this Node.js can write and read a compression. Deflate always works; zstd needs
 * Node.js 22.15 or later.
 *
 * @example
 * ```ts
 * const compression = canCompress('zstd') ? 'zstd' : 'deflate';
 * ```
 */
export function canCompress(compression: Compression): boolean {
  return codecs[compression]?.() !== undefined;
}

/** Throws `UNSUPPORTED` when this Node has no zstd. */
export function codecOf(compression: Compression): Codec {
  const found = codecs[compression]?.();
  if (found !== undefined) return found;
  throw new SpoorError('UNSUPPORTED', `Node ${process.versions.node} has no ${compression}`, {
    remedy: 'Use Node 22.15 or later, or record with deflate.',
  });
}
