import type { BigIntStats } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { closeFile, openToRead, readPart, statsOf } from './built-in.js';

/**
 * Milliseconds until a read is repeated, if the descriptor is non-blocking and has no data.
 */
const retryMs = 5;

/** Bytes for which room is made at once. */
const firstPart = 256 * 1024;

/** Bytes of a file or a pipe, read once from front to back. */
export class ByteSource {
  readonly stats: BigIntStats;
  readonly #fd: number;
  readonly #owned: boolean;
  #position = 0;

  private constructor(fd: number, stats: BigIntStats, owned: boolean) {
    this.#fd = fd;
    this.stats = stats;
    this.#owned = owned;
  }

  /** @param file a path, or a descriptor that stays open */
  static async open(file: string | number): Promise<ByteSource> {
    const owned = typeof file === 'string';
    const fd = owned ? await openToRead(file) : file;
    return new ByteSource(fd, statsOf(fd), owned);
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes; fewer at the end. */
  async upTo(size: number): Promise<Uint8Array> {
    // A size comes from the file, which may be shorter.
    let bytes = new Uint8Array(Math.min(size, firstPart));
    let done = 0;
    while (done < size) {
      if (done === bytes.length) bytes = grown(bytes, Math.min(size, 4 * done));
      const read = await this.#read(bytes, done);
      if (read === 0) break;
      done += read;
      this.#position += read;
    }
    return bytes.subarray(0, done);
  }

  /** The next bytes; undefined when there are not so many. */
  async exactly(size: number): Promise<Uint8Array | undefined> {
    const bytes = await this.upTo(size);
    return bytes.length === size ? bytes : undefined;
  }

  async close(): Promise<void> {
    if (this.#owned) await closeFile(this.#fd);
  }

  async #read(bytes: Uint8Array, from: number): Promise<number> {
    for (;;) {
      try {
        return await readPart(this.#fd, bytes, from);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await setTimeout(retryMs);
      }
    }
  }
}

function grown(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}
