import type { Readable } from 'node:stream';
import { SpoorError } from '@spoor/core';
import type { Drainable, RingData, RingFault, RingHandler } from './memory.js';
import { Pace, type PaceOptions } from './pace.js';

export interface RingSourceOptions<T> extends PaceOptions {
  /** Makes a value of its own from a borrowed record; `undefined` leaves the record out. */
  readonly take: (data: RingData, offset: number, length: number) => T | undefined;
  /** Values that are taken out of the ring ahead of the reader. Default: 256. */
  readonly highWaterMark?: number;
  /** Ends the iteration, without an error; values that were taken and not read are counted in `abandoned`. */
  readonly signal?: AbortSignal;
}

/**
 * A ring as an async iterable, for `for await`, and as a Node `Readable`. One iteration; values are shared out
 * among concurrent `next` calls in the order of the calls.
 *
 * Back-pressure: at most `highWaterMark` values are taken ahead, and only when someone asks. The rest stay in the
 * ring; once it is full the producer drops, and counts. Each refill is a turn of the event loop of its own, so a
 * busy ring does not starve timers and signals. While a `next` waits the process stays alive, unless `unref`.
 *
 * `close()` ends it with a last drain: what was submitted before is still delivered. Breaking out of the loop and
 * `signal` end it at once. A ring that contradicts itself ends it with `RECORD_MALFORMED`, after the values before.
 */
export class RingSource<T> implements AsyncIterableIterator<T> {
  readonly #ring: Drainable;
  readonly #options: RingSourceOptions<T>;
  readonly #pace: Pace;
  readonly #highWaterMark: number;
  readonly #waiting: Waiter<T>[] = [];
  readonly #handler: RingHandler;
  #queue: T[] = [];
  #head = 0;
  #found = 0;
  #ended = false;
  #faultTold = false;
  #abandoned = 0;

  /** The source closes `ring` in `close()` only; otherwise it stays the caller's. */
  constructor(ring: Drainable, options: RingSourceOptions<T>) {
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

  /** Values that were taken out of the ring and never read, because the iteration was broken off. */
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
    const fault = this.#untoldFault();
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

  /** Ends the source and its ring: what was submitted so far is delivered first. */
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

  /** An object-mode stream over this source; destroying it ends the source. */
  readable(): Readable {
    // Asked for when it is wanted: streams are a tenth of the time that Node.js takes to start.
    return process.getBuiltinModule('node:stream').Readable.from(this, { highWaterMark: 1 });
  }

  #turn(): void {
    try {
      this.#found = this.#ring.drain(this.#handler, {
        max: this.#highWaterMark,
        budgetMs: this.#pace.budgetMs,
      });
    } catch (error) {
      // What `take` throws belongs to whoever asked first; the next call goes on after that record.
      this.#waiting.shift()?.reject(error);
    }
    this.#serve();
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#head < this.#queue.length)
      this.#waiting.shift()!.resolve({ done: false, value: this.#shift() });
    if (this.#waiting.length === 0) return;
    const fault = this.#untoldFault();
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

  /** A fault ends the source: a ring that lies cannot be read on. */
  #untoldFault(): RingFault | undefined {
    const { fault } = this.#ring;
    if (fault === undefined || this.#faultTold) return undefined;
    this.#faultTold = true;
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
    `${fault.ring}: ${fault.reason} at position ${fault.position}: ${fault.length} bytes where ${fault.available} can be`,
    { remedy: 'Reading has stopped; resync() the reader to go on at the newest record.', details: { fault } },
  );
}
