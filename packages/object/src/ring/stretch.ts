import { type Cursor, type Loop, ownLoop, type RunEnd } from './loop.js';
import { LENGTH_MASK, RECORD_HEADER, type RingData, type RingHandler } from './memory.js';

/** The part of a ring that is being read: bytes that are reserved, so that every record begins and ends in them. */
export class Stretch {
  /** Nothing is touched any more. */
  closed = false;
  readonly #words: Uint32Array;
  readonly #size: number;
  /** Bytes that are mapped: those of the ring and its overlap. */
  readonly #mapped: number;
  readonly #weak: boolean;
  readonly #cursor: Cursor = { next: 0, reach: 0, passed: 0, discarded: 0 };
  readonly #loop: Loop;
  /** Offset of what was not committed: always in the ring itself. */
  #start = 0;
  /** Offset where the stretch ends, beyond the ring's size when it wraps. */
  #limit = 0;
  /** Offset up to which the words were acquired. */
  #acquired = 0;

  constructor(data: RingData, size: number, weak: boolean) {
    this.#words = data.u32;
    this.#size = size;
    this.#mapped = data.u8.length;
    this.#weak = weak;
    this.#loop = ownLoop(data, this.#cursor);
  }

  /** Bytes behind the record that was begun last. */
  get left(): number {
    return this.#limit - this.#cursor.next;
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
    this.#start = offset & (this.#size - 1);
    this.#cursor.next = this.#start;
    this.#acquired = this.#start;
    this.#bind(this.#start + bytes);
  }

  /** What was begun is done with; the rest is the stretch. Returns its bytes. */
  commit(): number {
    const { begun } = this;
    this.#start = this.#cursor.next & (this.#size - 1);
    const moved = this.#cursor.next - this.#start;
    this.#cursor.next = this.#start;
    this.#acquired -= moved;
    this.#bind(this.#limit - moved);
    return begun;
  }

  /** Offset of the next record's header, the length that it claims, and the bytes from there to the end of what is mapped. */
  next(): { offset: number; length: number; mapped: number } {
    const offset = this.#cursor.next & (this.#size - 1);
    return { offset, length: this.#words[offset >>> 2]! & LENGTH_MASK, mapped: this.#mapped - offset };
  }

  /** Hands out records until `stop` bytes are left or the ring begins again, `max` at most. Commit before the next pass. */
  pass(handler: RingHandler, stop: number, max: number): RunEnd {
    const { next } = this.#cursor;
    const end = Math.min(this.#limit - stop, this.#size);
    if (!this.#weak) return this.#loop(handler, end, max);
    this.#cursor.passed = 0;
    if (this.#acquired <= next) this.#acquire(end);
    if (this.#acquired <= next) return next < end ? 'busy' : 'bound';
    return this.#loop(handler, Math.min(this.#acquired, end), max);
  }

  #bind(limit: number): void {
    this.#limit = limit;
    this.#cursor.reach = Math.min(limit, this.#mapped);
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
