import type { Readable } from 'node:stream';
import { SpoorError } from '@spoor/core';
import type { Drainable, RingData, RingFault, RingHandler } from './memory.js';
import { Pace, type PaceOptions } from './pace.js';

export interface RingStreamOptions<T> extends PaceOptions {
  /** Copies a value out of a borrowed record; `undefined` skips the record. */
  readonly take: (data: RingData, offset: number, length: number) => T | undefined;
  /** Maximum number of values that are taken out of the ring ahead of `next`. Default: 256. */
  readonly highWaterMark?: number;
  /**
   * Ends the iteration without an error. Values that were taken and not read are counted in
   * `abandoned`.
   */
  readonly signal?: AbortSignal;
}

/**
 * A ring as an async iterable, for `for await`, and as a `Readable` of Node.js. It can be iterated
 * once. Concurrent `next` calls get values in the order of the calls.
 *
 * A pending `next` takes at most `highWaterMark` values out of the ring. Other records stay there.
 * When the ring is full, the producer drops records. Each refill has its own turn of the event
 * loop, so that a busy ring does not starve timers and signals. A pending `next` keeps the process
 * alive, except after `unref`.
 *
 * `close()` ends the stream after what was submitted before. `break` and `signal` end it at once. A
 * fault of the ring ends it with `RECORD_MALFORMED`, after the values before the fault.
 *
 * @example
 * ```ts
 * const sizes = new RingStream(reader, { take: (data, offset, length) => length });
 * for await (const size of sizes) {
 *   console.log(size);
 *   if (size < 16) break;
 * }
 * ```
 */
export class RingStream<T> implements AsyncIterableIterator<T> {
  readonly #ring: Drainable;
  readonly #options: RingStreamOptions<T>;
  readonly #pace: Pace;
  readonly #highWaterMark: number;
  readonly #waiting: Waiter<T>[] = [];
  readonly #handler: RingHandler;
  #queue: T[] = [];
  #head = 0;
  #found = 0;
  #ended = false;
  #faultReported = false;
  #abandoned = 0;

  /** `close()` closes `ring`. Otherwise the caller has to close it. */
  constructor(ring: Drainable, options: RingStreamOptions<T>) {
    this.#ring = ring;
    this.#options = options;
    this.#highWaterMark = options.highWaterMark ?? 256;
    const { take, signal } = options;
    this.#handler = (data, offset, length) => {
      const value = take(data, offset, length);
      if (value !== undefined) this.#queue.push(value);
    };
    this.#pace = new Pace(ring, options, () => this.#turn());
    if (signal?.aborted) this.#end();
    else signal?.addEventListener('abort', this.#end, { once: true });
  }

  /** Values that were taken out of the ring and never read, because the iteration ended early. */
  get abandoned(): number {
    return this.#abandoned;
  }

  ref(): this {
    this.#pace.ref();
    return this;
  }

  /** Lets the process end while a `next` waits. */
  unref(): this {
    this.#pace.unref();
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#head < this.#queue.length) return Promise.resolve({ done: false, value: this.#shift() });
    const fault = this.#newFault();
    if (fault !== undefined) return Promise.reject(faultError(fault));
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#pace.schedule(this.#found);
    });
  }

  /** Called by `break`: ends at once. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream and closes its ring. Delivers first what was submitted so far. */
  close(): void {
    if (this.#ended) {
      this.#ring.close();
      return;
    }
    this.#detach();
    try {
      this.#ring.close(this.#handler);
    } finally {
      this.#ended = true;
      this.#serve();
    }
  }

  /** An object-mode `Readable` of this stream. Destroying it ends the iteration. */
  readable(): Readable {
    // Loaded on demand: streams take a tenth of the start-up time of Node.js.
    return process.getBuiltinModule('node:stream').Readable.from(this, { highWaterMark: 1 });
  }

  #turn(): void {
    try {
      this.#found = this.#ring.drain(this.#handler, {
        max: this.#highWaterMark,
        budgetMs: this.#pace.budgetMs,
      });
    } catch (error) {
      // The first pending `next` gets an error of `take`. Another `next` goes on after that record.
      this.#waiting.shift()?.reject(error);
    }
    this.#serve();
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#head < this.#queue.length)
      this.#waiting.shift()!.resolve({ done: false, value: this.#shift() });
    if (this.#waiting.length === 0) return;
    const fault = this.#newFault();
    if (fault !== undefined) this.#waiting.shift()!.reject(faultError(fault));
    if (!this.#ended) return this.#pace.schedule(this.#found);
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  #shift(): T {
    const value = this.#queue[this.#head++]!;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    return value;
  }

  /**
   * Returns a fault that was not reported yet, and ends the stream: the ring cannot be read any
   * further.
   */
  #newFault(): RingFault | undefined {
    const { fault } = this.#ring;
    if (fault === undefined || this.#faultReported) return undefined;
    this.#faultReported = true;
    this.#detach();
    this.#ended = true;
    return fault;
  }

  readonly #end = (): void => {
    this.#detach();
    this.#abandoned += this.#queue.length - this.#head;
    this.#queue = [];
    this.#head = 0;
    this.#ended = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  };

  #detach(): void {
    this.#pace.end();
    this.#options.signal?.removeEventListener('abort', this.#end);
  }
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

function faultError(fault: RingFault): SpoorError {
  return new SpoorError(
    'RECORD_MALFORMED',
    `${fault.ring}: ${fault.reason} at position ${fault.position}: ${fault.length} bytes, at most ${fault.available} are possible`,
    { remedy: 'Call resync() of the reader to go on at the newest record.', details: { fault } },
  );
}
