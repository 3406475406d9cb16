import {
  LENGTH_MASK,
  RECORD_BUSY,
  RECORD_DISCARD,
  RECORD_HEADER,
  type RingData,
  type RingHandler,
} from './memory.js';

// Constants of this module: an imported one is loaded and checked at each use, 1 to 3 ns a record in the hot loop.
const HEADER = RECORD_HEADER;
const LENGTH = LENGTH_MASK;
/** A word with one of them is not simply a length. */
const FLAGS = RECORD_BUSY | RECORD_DISCARD;

/**
 * How a pass ended: at its bound, at a record that is not yet submitted, at one that goes past what is reserved, or
 * because a handler closed the reader.
 */
export type PassEnd = 'bound' | 'busy' | 'too-long' | 'closed';

/** The part of a ring that is being read: bytes that are reserved, so that every record begins and ends in them. */
export class Stretch {
  /** Bytes behind the record that was begun last. */
  left = 0;
  /** Records that the last pass handed out, also when a handler threw. */
  passed = 0;
  /** Discarded records of all passes. */
  discarded = 0;
  /** Nothing is touched any more. */
  closed = false;
  readonly #data: RingData;
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #weak: boolean;
  /** Offset and bytes of what was not committed. */
  #start = 0;
  #bytes = 0;
  /** What `left` is behind the records whose words were acquired. */
  #acquired = 0;

  constructor(data: RingData, size: number, weak: boolean) {
    this.#data = data;
    this.#words = new Int32Array(data.u8.buffer, 0, size / 2);
    this.#mask = size - 1;
    this.#weak = weak;
  }

  /** Bytes of the records that were begun and not committed. */
  get begun(): number {
    return this.#bytes - this.left;
  }

  enter(offset: number, bytes: number): void {
    this.#start = offset & this.#mask;
    this.#bytes = bytes;
    this.left = bytes;
    this.#acquired = bytes;
  }

  /** What was begun is done with; the rest is the stretch. Returns its bytes. */
  commit(): number {
    const { begun } = this;
    this.#start = (this.#start + begun) & this.#mask;
    this.#bytes = this.left;
    return begun;
  }

  /** Offset of the next record's header, and the length that it claims. */
  next(): { offset: number; length: number } {
    const offset = (this.#start + this.begun) & this.#mask;
    return { offset, length: this.#words[offset >>> 2]! & LENGTH };
  }

  /** Hands out records until `stop` bytes are left, `max` at most. */
  pass(handler: RingHandler, stop: number, max: number): PassEnd {
    if (!this.#weak) return this.#pass(handler, stop, max);
    this.passed = 0;
    if (this.#acquired >= this.left) this.#acquire(stop);
    if (this.#acquired >= this.left) return this.left > stop ? 'busy' : 'bound';
    return this.#pass(handler, Math.max(this.#acquired, stop), max);
  }

  /** The hot loop, and around it what is rare: kept out of it, a discarded record costs the others nothing. */
  #pass(handler: RingHandler, stop: number, max: number): PassEnd {
    const data = this.#data;
    const words = this.#words;
    const mask = this.#mask;
    let left = this.left;
    let offset = (this.#start + this.#bytes - left) & mask;
    let quota = max;
    try {
      for (;;) {
        let word = 0;
        while (left > stop && quota > 0) {
          word = words[offset >>> 2]!;
          if ((word & FLAGS) !== 0) break;
          const step = (word + HEADER + 7) & ~7;
          if (step > left) return 'too-long';
          left -= step;
          // Before the call: a record whose handler throws, or closes the reader, has been read.
          this.left = left;
          quota--;
          handler(data, offset + HEADER, word);
          if (this.closed) return 'closed';
          offset = (offset + step) & mask;
        }
        if ((word & FLAGS) === 0) return 'bound';
        if ((word & RECORD_BUSY) !== 0) return 'busy';
        const step = ((word & LENGTH) + HEADER + 7) & ~7;
        if (step > left) return 'too-long';
        left -= step;
        this.left = left;
        this.discarded++;
        offset = (offset + step) & mask;
      }
    } finally {
      this.passed = max - quota;
    }
  }

  /**
   * For machines that reorder loads: sees by acquiring loads how far records are submitted; up to there plain loads are
   * in order. A loop of its own, since the call alone would cost the hot loop 2 ns a record where it is not needed.
   */
  #acquire(stop: number): void {
    let { left } = this;
    let offset = (this.#start + this.begun) & this.#mask;
    while (left > stop) {
      const word = Atomics.load(this.#words, offset >>> 2);
      if (word < 0) break;
      const step = ((word & LENGTH) + HEADER + 7) & ~7;
      left -= step;
      offset = (offset + step) & this.#mask;
    }
    this.#acquired = left;
  }
}
