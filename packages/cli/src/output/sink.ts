import { type BigIntStats, close, fstatSync, write, writeSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { getSystemErrorName, promisify } from 'node:util';
import type { LineBuffer } from '@spoor/event';

const closeDescriptor = promisify(close);
const writeBytes = promisify(write);

/** Text that waits beyond this many bytes is more than the other end keeps up with. */
const fullAt = 1024 * 1024;

/** Where a descriptor that somebody made non-blocking is full, this long until it is tried again: milliseconds. */
const retryMs = 5;

/**
 * A descriptor that text is written to, whole lines at a time: what is written within one turn of the event loop goes out
 * in one piece. One write is under way at any time, in Node's thread pool, so that a pipe that nobody reads holds up neither
 * the event loop nor the signals. To a regular file, which holds up nobody, it writes itself, as Node does to such an output:
 * to wake a thread for each piece costs what is traced more than the writing. Streams of Node would make the descriptor
 * non-blocking, which it would be for the traced command too: the two share it.
 */
export class Sink {
  readonly name: string;
  /** What goes out next. */
  #text: LineBuffer | FewLines = new FewLines();
  #fd: number;
  #stats: BigIntStats | undefined;
  /** In front of the text, in pieces of `fullAt`. */
  readonly #waiting: Buffer[] = [];
  #flushing: Promise<void> | undefined;
  #failure: NodeJS.ErrnoException | undefined;
  #onFailure: ((error: NodeJS.ErrnoException) => void) | undefined;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.name = name;
  }

  /** Whether it is a regular file, which holds up nobody. */
  get isFile(): boolean {
    return this.stats?.isFile() ?? false;
  }

  /** What is written to; undefined for a descriptor that was closed. */
  get stats(): BigIntStats | undefined {
    this.#stats ??= statsOf(this.#fd);
    return this.#stats;
  }

  /** Why nothing more is written; everything after it was thrown away. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  /** Whether to wait for `drained` before more is written. */
  get full(): boolean {
    return this.#waiting.length > 0;
  }

  /** Called at the first failure. */
  set onFailure(handle: (error: NodeJS.ErrnoException) => void) {
    this.#onFailure = handle;
  }

  write(text: string): void {
    this.#text.add(text);
    this.added();
  }

  /** From now on all text goes through these lines: whoever adds to them calls `added`. */
  through(lines: LineBuffer): void {
    lines.add(this.#text.take().toString());
    this.#text = lines;
  }

  /** Sees to what was added to the lines. */
  added(): void {
    const text = this.#text;
    if (text.length === 0) return;
    if (this.#failure !== undefined) return text.clear();
    if (text.length >= fullAt) this.#waiting.push(text.take());
    this.#flushing ??= this.#flush();
  }

  /** Settles when all is written, or has failed. Never rejects: see `failure`. */
  drained(): Promise<void> {
    return this.#flushing ?? Promise.resolve();
  }

  /**
   * Goes on writing to another descriptor of a regular file, behind the last whole line. Returns the one that was written to
   * so far, which the caller closes.
   */
  async switchTo(fd: number): Promise<number> {
    await this.drained();
    const before = this.#fd;
    this.#fd = fd;
    this.#stats = undefined;
    return before;
  }

  /** Writes what is left and closes the descriptor. */
  async close(): Promise<void> {
    await this.drained();
    try {
      await closeDescriptor(this.#fd);
    } catch (error) {
      // A file system over the network may only say here that there was no room.
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

/** A text that is put together as a string. Most sinks have no more, and are made before a trace starts, which is not to wait for more. */
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
    // By bigints, which have memory of their own: in that of the numbers Node.js (`realpathSync` in lib/fs.js) leaves off at a pipe when
    // it looks for where a package really is, and finds none that is linked to.
    return fstatSync(fd, { bigint: true });
  } catch {
    // A descriptor that was closed: the first write says so.
    return undefined;
  }
}

/** `ENOSPC`, of an error of Node's. */
export function errnoNameOf(error: NodeJS.ErrnoException): string {
  return error.code ?? (error.errno === undefined ? 'unknown' : getSystemErrorName(error.errno));
}
