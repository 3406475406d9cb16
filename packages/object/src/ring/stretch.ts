import { type Cursor, type Loop, ownLoop, type RunEnd } from './loop.js';
import { LENGTH_MASK, RECORD_HEADER, type RingData, type RingHandler } from './memory.js';

/** The part of a ring that is being read: bytes that are reserved, so that every record begins and ends in them. */
export class Stretch {
  /** Nothing is touched any more. */
  closed = false;
  readonly #words: Uint32Array;
  readonly #mask: number;
  readonly #weak: boolean;
  readonly #cursor: Cursor = { next: 0, limit: 0, passed: 0, discarded: 0 };
  readonly #loop: Loop;
  /** Offset of what was not committed. */
  #start = 0;
  /** Offset up to which the words were acquired. */
  #acquired = 0;

  constructor(data: RingData, size: number, weak: boolean) {
    this.#words = data.u32;
    this.#mask = size - 1;
    this.#weak = weak;
    this.#loop = ownLoop(data, this.#cursor);
  }

  /** Bytes behind the record that was begun last. */
  get left(): number {
    return this.#cursor.limit - this.#cursor.next;
  }

  /** Bytes of the records that were begun and not committed. */
  get begun(): number {
    return this.#cursor.next - this.#start;
  }

  /** Records that the last pass handed out, also when a handler threw. */
  get passed(): number {
    return this.#cursor.passed;
  }

  /** Discarded records of all passes. */
  get discarded(): number {
    return this.#cursor.discarded;
  }

  enter(offset: number, bytes: number): void {
    this.#start = offset & this.#mask;
    this.#cursor.next = this.#start;
    this.#acquired = this.#start;
    this.#cursor.limit = this.#start + bytes;
  }

  /** What was begun is done with; the rest is the stretch. Returns its bytes. */
  commit(): number {
    const { begun } = this;
    this.#start = this.#cursor.next & this.#mask;
    const moved = this.#cursor.next - this.#start;
    this.#cursor.next = this.#start;
    this.#acquired -= moved;
    this.#cursor.limit -= moved;
    return begun;
  }

  /** Offset of the next record's header, and the length that it claims. */
  next(): { offset: number; length: number } {
    const offset = this.#cursor.next & this.#mask;
    return { offset, length: this.#words[offset >>> 2]! & LENGTH_MASK };
  }

  /** Hands out records until `stop` bytes are left, `max` at most. */
  pass(handler: RingHandler, stop: number, max: number): RunEnd {
    const { next, limit } = this.#cursor;
    const end = limit - stop;
    if (!this.#weak) return this.#loop(handler, end, max);
    this.#cursor.passed = 0;
    if (this.#acquired <= next) this.#acquire(end);
    if (this.#acquired <= next) return next < end ? 'busy' : 'bound';
    return this.#loop(handler, Math.min(this.#acquired, end), max);
  }

  /**
   * For machines that reorder loads: sees by acquiring loads how far records are submitted; up to there plain loads are
   * in order. A loop of its own, since the call alone would cost the hot loop 2 ns a record where it is not needed.
   */
  #acquire(end: number): void {
    let offset = this.#cursor.next;
    while (offset < end) {
      const word = Atomics.load(this.#words, offset >>> 2) | 0;
      if (word < 0) break;
      offset += ((word & LENGTH_MASK) + RECORD_HEADER + 7) & ~7;
    }
    this.#acquired = offset;
  }
}
