import { type RingHandler, recordHeaderBytes } from './memory.js';
import type { RingReader } from './reader.js';

/** Records that may stand between a record and its place in time. Further ones are handed out late. */
const REACH = 1024;

/** One ring of a merge: the records that were seen and not yet handed out, sorted by time. */
export class Lane {
  /** The latest time seen. */
  newest = Number.NEGATIVE_INFINITY;
  readonly #reader: RingReader;
  /**
   * Nanoseconds as doubles: exact for 104 days of uptime, to a few nanoseconds for decades after, which is
   * enough to sort by.
   */
  #times = new Float64Array(256);
  #offsets = new Uint32Array(256);
  #lengths = new Uint32Array(256);
  #head = 0;
  #tail = 0;
  /** Bytes after the reader's position that were seen. */
  #seen = 0;
  #handed = 0;
  readonly #see: RingHandler;

  constructor(reader: RingReader, timeOffset: number) {
    this.#reader = reader;
    this.#see = (data, offset, length) => {
      if (length < timeOffset + 8) return this.#insert(Math.max(this.newest, 0), offset, length);
      const word = (offset + timeOffset) >>> 2;
      this.#insert(data.u32[word + 1]! * 2 ** 32 + data.u32[word]!, offset, length);
    };
  }

  get waiting(): number {
    return this.#tail - this.#head;
  }

  /** Whether there is nothing to hand out, now or soon. */
  get idle(): boolean {
    return this.waiting === 0 && this.#reader.backlog === 0;
  }

  /** The time of the earliest record that waits; infinite when none does. */
  get headTime(): number {
    return this.#head < this.#tail ? this.#times[this.#head]! : Number.POSITIVE_INFINITY;
  }

  /** Looks at the ring's new records; false when one that is not yet submitted stands in the way. */
  collect(): boolean {
    this.#seen = this.#reader.walk(this.#seen, this.#see);
    return this.#seen >= this.#reader.backlog || this.#reader.fault !== undefined;
  }

  /** Hands out the earliest record. */
  hand(handler: RingHandler): void {
    const index = this.#head++;
    this.#handed++;
    handler(this.#reader.data, this.#offsets[index]!, this.#lengths[index]!);
  }

  /** Releases when enough was handed out to be worth the look at all that wait; nothing was seen of an idle ring. */
  settle(): void {
    if (this.#seen > 0 && this.#handed * 8 >= this.waiting) this.release();
  }

  /** Gives the ring what lies before the first record that still waits. */
  release(): void {
    const mask = this.#reader.size - 1;
    const position = Number(this.#reader.position & BigInt(mask));
    let bytes = this.#seen;
    for (let index = this.#head; index < this.#tail; index++)
      bytes = Math.min(bytes, (this.#offsets[index]! - recordHeaderBytes - position) & mask);
    this.#reader.release(bytes, this.#handed);
    this.#handed = 0;
    this.#seen -= bytes;
    this.#times.copyWithin(0, this.#head, this.#tail);
    this.#offsets.copyWithin(0, this.#head, this.#tail);
    this.#lengths.copyWithin(0, this.#head, this.#tail);
    this.#tail -= this.#head;
    this.#head = 0;
  }

  /** Sorted insertion: nearly always at the end, since a ring is nearly sorted. */
  #insert(time: number, offset: number, length: number): void {
    if (this.#tail === this.#times.length) this.#grow();
    const times = this.#times;
    let index = this.#tail++;
    const first = Math.max(this.#head, index - REACH);
    for (; index > first && times[index - 1]! > time; index--) {
      times[index] = times[index - 1]!;
      this.#offsets[index] = this.#offsets[index - 1]!;
      this.#lengths[index] = this.#lengths[index - 1]!;
    }
    times[index] = time;
    this.#offsets[index] = offset;
    this.#lengths[index] = length;
    if (time > this.newest) this.newest = time;
  }

  #grow(): void {
    const length = this.#times.length * 2;
    const grown = <T extends { set(array: ArrayLike<number>): void }>(next: T, old: ArrayLike<number>) => {
      next.set(old);
      return next;
    };
    this.#times = grown(new Float64Array(length), this.#times);
    this.#offsets = grown(new Uint32Array(length), this.#offsets);
    this.#lengths = grown(new Uint32Array(length), this.#lengths);
  }
}
