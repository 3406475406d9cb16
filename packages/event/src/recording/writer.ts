import { SpoorError } from '@spoor/core';
import type { EventContext } from '../json/line.js';
import { eventLayouts } from '../view/generated-layouts.js';
import type { EventLayouts } from '../view/layouts.js';
import type { RecordMemory } from '../view/memory.js';
import { closeFile, crc32, createFile, writeFully } from './built-in.js';
import { codecOf } from './compress.js';
import {
  type BlockType,
  type Compression,
  encodeHead,
  isPlausible,
  MAGIC,
  MAX_BLOCK,
  MAX_RECORD,
} from './format.js';
import { encodeHeader } from './header.js';
import { type DropsMarker, encodeMarker, type GapMarker } from './marker.js';

export interface RecordingWriterOptions {
  /** Default: those of this version's object. */
  readonly layouts?: EventLayouts;
  readonly context?: EventContext;
  /** Facts of the machine and of the trace, kept in the header as they are: JSON. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Default: deflate, which every Node reads. zstd is read by Node 22.15 and later only. */
  readonly compression?: Compression;
  /** Bytes of records after which a block is sealed. Default: 256 KiB. */
  readonly blockSize?: number;
  /**
   * Milliseconds after which one is sealed that is not full: the most that a crash costs. Default:
   * 1000.
   */
  readonly flushMs?: number;
  /**
   * Descriptor of an empty file to write to, which the writer closes: for a caller that has opened
   * it by rules of its own. The path only names it in messages then. Default: the path is created,
   * or replaced.
   */
  readonly fd?: number;
}

/** Sealed blocks that may wait for the disk before `append` asks for a pause. */
const BACKLOG = 16;

/**
 * Writes records to a file as they come, compressed off the main thread, a block at a time. The
 * file is good up to its last whole block at any time, whatever ends the process.
 *
 * Back-pressure: `append` copies and never waits. It returns false when 16 blocks wait for the
 * disk; whoever then stops draining until `drained()` leaves the rest in the ring, and whoever does
 * not makes the memory grow.
 *
 * A failed write is reported by the next `flush` or `close` (`OUTPUT_UNWRITABLE`); what follows it
 * is not kept.
 *
 * @example
 * ```ts
 * const writer = await RecordingWriter.create('trace.spoor', { compression: 'deflate' });
 * reader.drain((data, offset, length) => writer.append(data, offset, length));
 * await writer.close();
 * ```
 */
export class RecordingWriter implements AsyncDisposable {
  readonly path: string;
  readonly #fd: number;
  readonly #compression: Compression;
  readonly #blockSize: number;
  readonly #flushMs: number;
  #block: Uint8Array;
  #words: Uint32Array;
  #used = 0;
  #recordsInBlock = 0;
  #records = 0;
  #waiting = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Totals of the file so far. */
  #written = { bytes: 0, rawSize: 0, records: 0 };
  #failure: unknown;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(path: string, fd: number, options: RecordingWriterOptions) {
    this.path = path;
    this.#fd = fd;
    this.#compression = options.compression ?? 'deflate';
    this.#blockSize = options.blockSize ?? 256 * 1024;
    this.#flushMs = options.flushMs ?? 1000;
    this.#block = new Uint8Array(this.#blockSize);
    this.#words = new Uint32Array(this.#block.buffer);
  }

  /**
   * Creates the file, or replaces it, and writes its header. Throws `OUTPUT_UNWRITABLE`,
   * `UNSUPPORTED` for a compression that this Node has not, `INVALID_VALUE` for a block size.
   */
  static async create(path: string, options: RecordingWriterOptions = {}): Promise<RecordingWriter> {
    codecOf(options.compression ?? 'deflate');
    const { layouts = eventLayouts, context = {}, facts = {}, blockSize } = options;
    if (blockSize !== undefined && !(blockSize >= 8 && blockSize <= MAX_BLOCK && blockSize % 8 === 0))
      throw new SpoorError('INVALID_VALUE', `blocks of ${blockSize} bytes`, {
        remedy: `Give a multiple of 8, at most ${MAX_BLOCK}.`,
      });
    const fd = options.fd ?? (await create(path));
    const writer = new RecordingWriter(path, fd, options);
    try {
      writer.#write(() => writeFully(fd, MAGIC));
      writer.#put('header', encodeHeader({ format: 1, layouts, context, facts }), 0);
      await writer.flush();
    } catch (error) {
      await closeFile(fd);
      throw error;
    }
    return writer;
  }

  /** Records appended so far. */
  get records(): number {
    return this.#records;
  }

  /**
   * Takes a copy of a record: a handler for `RingReader.drain` and its kin. False asks for a pause.
   */
  append(data: RecordMemory, offset: number, length: number): boolean {
    return this.add(data.u8.subarray(offset, offset + length));
  }

  /** Like `append`, for bytes (`event.raw`). Throws `INVALID_VALUE` above 128 KiB. */
  add(record: Uint8Array): boolean {
    this.#assertOpen();
    const { length } = record;
    if (length > MAX_RECORD)
      throw new SpoorError('INVALID_VALUE', `a record of ${length} bytes`, {
        remedy: `A recording takes records of ${MAX_RECORD} bytes at most.`,
      });
    const step = (length + 15) & ~7;
    if (this.#used + step > this.#block.length) this.#seal(step);
    const at = this.#used;
    this.#words[at >>> 2] = length;
    this.#block.set(record, at + 8);
    this.#used += step;
    this.#recordsInBlock++;
    this.#records++;
    this.#timer ??= setTimeout(() => this.#seal(0), this.#flushMs).unref();
    return this.#waiting < BACKLOG;
  }

  /** Notes what is missing, between the records before and after. */
  mark(marker: DropsMarker | GapMarker): void {
    this.#assertOpen();
    this.#seal(0);
    this.#put('marker', encodeMarker(marker), 0);
  }

  /** Notes that lines say something else from here on. */
  setContext(context: EventContext): void {
    this.#assertOpen();
    this.#seal(0);
    this.#put('marker', encodeMarker({ kind: 'context', context }), 0);
  }

  /** Resolves when fewer blocks wait than `append` asks a pause for. */
  async drained(): Promise<void> {
    while (this.#waiting >= BACKLOG) await this.#writing;
  }

  /** Everything appended so far is in the file when it resolves. Throws `OUTPUT_UNWRITABLE`. */
  async flush(): Promise<void> {
    this.#seal(0);
    await this.#writing;
    if (this.#failure !== undefined) throw unwritable(this.path, this.#failure);
  }

  /**
   * Writes the rest and the end, by which a reader knows that nothing was cut off. `facts`: kept
   * with it.
   */
  async close(facts: Readonly<Record<string, unknown>> = {}): Promise<void> {
    if (this.#closed) return;
    this.#seal(0);
    this.#put('end', Buffer.from(JSON.stringify({ records: this.#records, facts })), 0);
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      await this.#closeFile();
    }
  }

  /** A file system over the network may only say here that there was no room. */
  async #closeFile(): Promise<void> {
    try {
      await closeFile(this.#fd);
    } catch (cause) {
      throw unwritable(this.path, this.#failure ?? cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #seal(roomFor: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#used > 0) this.#put('records', this.#block.subarray(0, this.#used), this.#recordsInBlock);
    else if (roomFor <= this.#block.length) return;
    this.#block = new Uint8Array(Math.max(this.#blockSize, roomFor));
    this.#words = new Uint32Array(this.#block.buffer);
    this.#used = 0;
    this.#recordsInBlock = 0;
  }

  #put(type: BlockType, raw: Uint8Array, records: number): void {
    const compression = this.#compression;
    // Compressed at once, beside others; written in order.
    const compressed = codecOf(compression).compress(raw);
    compressed.catch(() => {
      // Told below, when its turn comes: until then it is not unhandled.
    });
    this.#write(async () => {
      const before = this.#written;
      const held = { rawSize: before.rawSize + raw.length, records: before.records + records };
      let stored = await compressed;
      let compressionOfBlock = compression;
      // A reader takes no file that holds so much more than it has bytes.
      if (!isPlausible(before.bytes + stored.length, held)) {
        stored = raw;
        compressionOfBlock = 'none';
      }
      const sizes = { storedSize: stored.length, rawSize: raw.length };
      const payloadCrc = crc32(stored);
      const head = encodeHead(
        { type, compression: compressionOfBlock, ...sizes, records, payloadCrc },
        crc32,
      );
      await writeFully(this.#fd, Buffer.concat([head, stored]));
      this.#written = { ...held, bytes: before.bytes + stored.length };
    });
  }

  #write(step: () => Promise<unknown>): void {
    this.#waiting++;
    this.#writing = this.#writing.then(async () => {
      try {
        if (this.#failure === undefined) await step();
      } catch (error) {
        this.#failure = error;
      }
      this.#waiting--;
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw new SpoorError('WRONG_PHASE', `${this.path}: the recording is closed`);
  }
}

async function create(path: string): Promise<number> {
  try {
    return await createFile(path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Free space on that file system, or choose another one. The recording is good up to there.',
  EDQUOT: 'Free space within the quota, or choose another file system. The recording is good up to there.',
  EFBIG: 'Raise the limit on the size of files (ulimit -f unlimited). The recording is good up to there.',
  EPIPE: 'Keep the reader of the pipe running until the recording has ended.',
};

function unwritable(path: string, cause: unknown): SpoorError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${code}`, {
    remedy: remedies[code] ?? 'Choose another file, or make room.',
    cause,
  });
}
