import { type Cursor, type Loop, ownLoop, type RunEnd } from './loop.js';
import {
  LENGTH_MASK,
  type RingData,
  type RingHandler,
  type RingMemory,
  recordHeaderBytes,
} from './memory.js';
import { ReadAhead } from './read-ahead.js';

/** `Cursor.next` of a reader that is closed. */
const CLOSED = -1;
const noLimit = 0x7fffffff;
const u64 = 64;

export type DrainEnd = Exclude<RunEnd, 'lap'>;

/**
 * The part of a ring between two positions: ours, which is published, and the producer's, which is watched. Both count bytes
 * since the ring was created, in 64 bits; the loop takes their low words alone, and what is here runs once a drain and once a
 * lap. Of our position the cursor has the truth: what the shared page says later is not read again.
 */
export class Stretch {
  readonly #words: Uint32Array;
  readonly #consumer: BigInt64Array;
  /** Low and high. */
  readonly #consumerWords: Int32Array;
  readonly #producer: BigInt64Array;
  readonly #size: number;
  readonly #mapped: number;
  /** Bytes after which a drain publishes what it has read. */
  readonly #every: number;
  readonly #readAhead = new ReadAhead();
  readonly #cursor: Cursor = {
    base: 0,
    nextBase: 0,
    high: 0,
    start: 0,
    next: 0,
    limit: 0,
    acquired: 0,
    room: 0,
    passed: 0,
    discarded: 0,
    // For walks as well, which are not timed: rings that are merged are read whole, soon after.
    ahead: this.#readAhead.bytes,
    fetched: 0,
    touched: 0,
  };
  readonly #loop: Loop;

  constructor(memory: RingMemory, data: RingData, weak: boolean) {
    const { consumer, producer, size } = memory;
    this.#words = data.u32;
    this.#consumer = new BigInt64Array(consumer, 0, 1);
    this.#producer = new BigInt64Array(producer, 0, 1);
    this.#size = size;
    this.#mapped = data.u8.length;
    this.#every = Math.max(size >>> 3, recordHeaderBytes);
    this.#consumerWords = new Int32Array(consumer, 0, 2);
    const words = { consumer: this.#consumerWords, producer: new Int32Array(producer, 0, 2) };
    this.#loop = ownLoop({ data, ...words, size, mapped: this.#mapped, weak }, this.#cursor);
    this.#begin(BigInt.asUintN(u64, Atomics.load(this.#consumer, 0)));
  }

  get closed(): boolean {
    return this.#cursor.next === CLOSED;
  }

  /** Nothing is touched any more. */
  close(): void {
    this.#cursor.next = CLOSED;
  }

  /** Offset of the published position. */
  get start(): number {
    return this.#cursor.start;
  }

  /** Bytes of the records that were begun and not published. */
  get begun(): number {
    const { next, start } = this.#cursor;
    return next === CLOSED ? 0 : next - start;
  }

  /** Records that the last drain handed out, also when a handler threw. */
  get passed(): number {
    return this.#cursor.passed;
  }

  get discarded(): number {
    return this.#cursor.discarded;
  }

  /** The position `bytes` after the published one. */
  after(bytes: number): bigint {
    const { high, base, start } = this.#cursor;
    return BigInt.asUintN(u64, (BigInt(high) << 32n) + BigInt((base | start) >>> 0) + BigInt(bytes));
  }

  /** Bytes from the published position to the producer's: an acquiring load. */
  waiting(): number {
    return Number(BigInt.asUintN(u64, Atomics.load(this.#producer, 0) - this.after(0)));
  }

  /** Publishes `bytes`, by a sequentially consistent store. What is reserved behind them is looked at anew. */
  advance(bytes: number): void {
    const cursor = this.#cursor;
    const end = cursor.start + bytes;
    const laps = end >= this.#size;
    const base = laps ? cursor.nextBase : cursor.base;
    const start = laps ? end - this.#size : end;
    // The low word begins anew, or so much is left out: once in 4 GiB.
    if (start >= this.#size || (base >= 0 && cursor.base < 0)) return this.#advanceFar(bytes);
    if (bytes > 0) Atomics.store(this.#consumerWords, 0, base | start);
    cursor.base = base;
    cursor.nextBase = (base + this.#size) | 0;
    cursor.start = start;
    this.restart();
  }

  /** By all 64 bits: calls out of compiled code, which are cold when a drain comes once in a while (bench/tried.md). */
  #advanceFar(bytes: number): void {
    const position = this.after(bytes);
    Atomics.store(this.#consumer, 0, position);
    this.#begin(position);
  }

  /** Offset of the next record's header, the length that it claims, and the bytes that are left for it. */
  next(): { offset: number; length: number; mapped: number; left: number } {
    const { next, limit } = this.#cursor;
    const offset = next & (this.#size - 1);
    const length = this.#words[offset >>> 2]! & LENGTH_MASK;
    return { offset, length, mapped: this.#mapped - offset, left: limit - next };
  }

  /** A drain, of a ring's worth of bytes at most, begins. */
  refill(): void {
    this.#cursor.room = this.#size;
    this.#cursor.ahead = this.#readAhead.begin();
  }

  /** It has handed out so many records, and ends. */
  ended(records: number): void {
    this.#readAhead.end(records);
  }

  /** Whether that was read. */
  get spent(): boolean {
    return this.#cursor.room <= 0;
  }

  /** Hands out records, `max` at most, until the refill is spent. */
  drain(handler: RingHandler, max: number): DrainEnd {
    const cursor = this.#cursor;
    let passed = 0;
    try {
      for (;;) {
        const end = this.#loop(handler, max - passed, this.#every);
        if (end !== 'lap') return end;
        passed += cursor.passed;
        cursor.passed = 0;
        const { limit } = cursor;
        const taken = this.begun;
        this.advance(taken);
        cursor.limit = limit - this.#size;
        cursor.room -= taken;
        if (cursor.room <= 0 || passed >= max) return 'bound';
      }
    } finally {
      cursor.passed += passed;
    }
  }

  /**
   * Visits the submitted records from `skip` bytes after the published position on, of `reserved` bytes, and publishes nothing.
   * Returns where it stopped, in bytes after that position; `restart` then.
   */
  walk(
    visit: RingHandler,
    skip: number,
    reserved: number,
  ): { readonly end: RunEnd; readonly walked: number } {
    const cursor = this.#cursor;
    let lap = cursor.start;
    cursor.next = lap + skip;
    cursor.acquired = lap + skip;
    cursor.fetched = lap + skip;
    cursor.limit = lap + reserved;
    cursor.room = noLimit;
    for (;;) {
      if (cursor.next >= this.#size) {
        cursor.next -= this.#size;
        cursor.acquired -= this.#size;
        cursor.fetched -= this.#size;
        cursor.limit -= this.#size;
        lap -= this.#size;
      }
      const end = this.#loop(visit, noLimit, 0);
      if (end !== 'lap') return { end, walked: cursor.next - lap };
    }
  }

  /** Back to the published position. */
  restart(): void {
    const { start } = this.#cursor;
    this.#cursor.next = start;
    this.#cursor.limit = start;
    this.#cursor.acquired = start;
    this.#cursor.fetched = start;
  }

  #begin(position: bigint): void {
    const low = Number(BigInt.asIntN(32, position));
    const cursor = this.#cursor;
    cursor.high = Number(BigInt.asIntN(32, position >> 32n));
    cursor.start = low & (this.#size - 1);
    cursor.base = low & ~(this.#size - 1);
    cursor.nextBase = (cursor.base + this.#size) | 0;
    this.restart();
  }
}
