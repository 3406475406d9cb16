import { type BigIntStats, close, fstatSync, write, writeSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { getSystemErrorName, promisify } from 'node:util';
import type { LineBuffer } from '@spoor/event';

const closeDescriptor = promisify(close);
const writeBytes = promisify(write);

/** If more bytes than this are waiting, the other end is too slow. */
const fullAt = 1024 * 1024;

/** Milliseconds before the next try if a non-blocking descriptor is full. */
const retryMs = 5;

/**
 * Writes text to a descriptor, whole lines at a time. The text of one turn of the event loop is one
 * write. One write is in progress at a time, in the thread pool of Node.js. So a pipe without a
 * reader blocks neither the event loop nor the signals. A regular file never blocks: the sink
 * writes to it directly, which costs less than waking a thread. A stream of Node.js would make the
 * descriptor non-blocking, also for the traced command, which shares it.
 */
export class Sink {
  readonly name: string;
  /** The text of the next write. */
  #text: LineBuffer | FewLines = new FewLines();
  #fd: number;
  #stats: BigIntStats | undefined;
  /** Full buffers to write before the text. */
  readonly #waiting: Buffer[] = [];
  #flushing: Promise<void> | undefined;
  #failure: NodeJS.ErrnoException | undefined;
  #onFailure: ((error: NodeJS.ErrnoException) => void) | undefined;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.name = name;
  }

  /** True for a regular file, which never blocks. */
  get isFile(): boolean {
    return this.stats?.isFile() ?? false;
  }

  /** The status of the file; undefined for a closed descriptor. */
  get stats(): BigIntStats | undefined {
    this.#stats ??= statsOf(this.#fd);
    return this.#stats;
  }

  /** The first failed write. All later text is discarded. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  /** True if the caller should wait for `drained` before it writes more. */
  get full(): boolean {
    return this.#waiting.length > 0;
  }

  /** Called at the first failure. */
  set onFailure(handle: (error: NodeJS.ErrnoException) => void) {
    this.#onFailure = handle;
  }

  /** Fails at once if the descriptor is not open for writing, and not at the first write. */
  probe(): void {
    // An empty write to a socket could send an empty message.
    if (this.stats?.isSocket()) return;
    try {
      writeSync(this.#fd, new Uint8Array(0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EBADF') this.#fail(error as NodeJS.ErrnoException);
    }
  }

  write(text: string): void {
    this.#text.add(text);
    this.added();
  }

  /** Collects all text in these lines from now on. A caller that adds to them calls `added`. */
  through(lines: LineBuffer): void {
    lines.add(this.#text.take().toString());
    this.#text = lines;
  }

  /** Schedules a write of the lines that were added. */
  added(): void {
    const text = this.#text;
    if (text.length === 0) return;
    if (this.#failure !== undefined) return text.clear();
    if (text.length >= fullAt) this.#waiting.push(text.take());
    this.#flushing ??= this.#flush();
  }

  /** Settles when all text is written or has failed. Never rejects: see `failure`. */
  drained(): Promise<void> {
    return this.#flushing ?? Promise.resolve();
  }

  /**
   * Switches to another descriptor of a regular file, after the last whole line.
   * @returns the previous descriptor, which the caller closes
   */
  async switchTo(fd: number): Promise<number> {
    await this.drained();
    const before = this.#fd;
    this.#fd = fd;
    this.#stats = undefined;
    return before;
  }

  /** Writes the remaining text and closes the descriptor. */
  async close(): Promise<void> {
    await this.drained();
    try {
      await closeDescriptor(this.#fd);
    } catch (error) {
      // A network file system may report only here that it was full.
      this.#fail(error as NodeJS.ErrnoException);
    }
  }

  async #flush(): Promise<void> {
    await setImmediate();
    while (this.#waiting.length > 0 || this.#text.length > 0) {
      try {
        if (this.isFile) this.#writeNow();
        else await this.#writeAll(this.#waiting.shift() ?? this.#text.take());
      } catch (error) {
        this.#fail(error as NodeJS.ErrnoException);
      }
    }
    this.#flushing = undefined;
  }

  #writeNow(): void {
    const waited = this.#waiting.shift();
    const bytes = waited ?? this.#text.bytes;
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    if (waited === undefined) this.#text.clear();
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      try {
        const { bytesWritten } = await writeBytes(this.#fd, bytes, done);
        done += bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await setTimeout(retryMs);
      }
    }
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#waiting.length = 0;
    this.#text.clear();
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#onFailure?.(error);
  }
}

/**
 * Collects text in a string. Most sinks need no more, and a string is fast to create at the start.
 */
class FewLines {
  #text = '';

  get length(): number {
    return this.#text.length;
  }

  get bytes(): Buffer {
    return Buffer.from(this.#text);
  }

  add(text: string): void {
    this.#text += text;
  }

  take(): Buffer {
    const { bytes } = this;
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#text = '';
  }
}

function statsOf(fd: number): BigIntStats | undefined {
  try {
    // fstat with bigints has memory of its own. With numbers, it shares memory with `realpathSync`
    // of Node.js (lib/fs.js), which then stops at a pipe and does not find a linked package.
    return fstatSync(fd, { bigint: true });
  } catch {
    // The descriptor is closed. The first write reports it.
    return undefined;
  }
}

/** Returns the errno name of an error of Node.js, such as `ENOSPC`. */
export function errnoNameOf(error: NodeJS.ErrnoException): string {
  return error.code ?? (error.errno === undefined ? 'unknown' : getSystemErrorName(error.errno));
}
