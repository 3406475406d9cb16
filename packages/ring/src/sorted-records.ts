import { type RingHandler, recordHeaderBytes } from './memory.js';
import type { RingScanner } from './scanner.js';

/**
 * Records that may stand between a record and its place in time. Further ones are handed out late.
 */
const REACH = 1024;
/** Records that are scanned at once. */
const BATCH = 1024;
const CAPACITY = REACH + BATCH;

/** How far a merge has come. */
export interface MergeProgress {
  /** The latest time handed out. */
  lastTime: number;
  /** Records that were handed out after a later one. */
  misordered: number;
  closed: boolean;
}

/** The records of one ring that were scanned and not yet handed out, sorted by time. */
export class SortedRecords {
  /** The latest time scanned. */
  newest = Number.NEGATIVE_INFINITY;
  readonly #scanner: RingScanner;
  readonly #timeOffset: number;
  /**
   * Nanoseconds as doubles. They are exact for 104 days of uptime, and to a few nanoseconds for
   * decades after, which is enough to sort by.
   */
  readonly #times = new Float64Array(CAPACITY);
  readonly #offsets = new Uint32Array(CAPACITY);
  #head = 0;
  #tail = 0;
  /** Index before which records may be handed out without another `fill`. */
  #ready = 0;
  /** The most places that a record was moved forward since none waited. */
  #farthest = 0;

  constructor(scanner: RingScanner, timeOffset: number) {
    this.#scanner = scanner;
    this.#timeOffset = timeOffset;
  }

  get waiting(): number {
    return this.#tail - this.#head;
  }

  /** True if there is nothing to hand out, now or soon. */
  get idle(): boolean {
    return this.waiting === 0 && this.#scanner.look() === 0;
  }

  /** The time of the earliest waiting record; infinite when none waits. */
  get headTime(): number {
    return this.#head < this.#tail ? this.#times[this.#head]! : Number.POSITIVE_INFINITY;
  }

  /** True if `fill` has to be called before the earliest waiting record may be handed out. */
  get drained(): boolean {
    return this.#head >= this.#ready && this.#ready < this.#tail;
  }

  /** Looks for new records. Returns the time up to which records of any ring may be handed out. */
  look(): number {
    this.#scanner.look();
    return this.fill();
  }

  /**
   * Releases what was handed out, and scans more of what the last `look` found. Returns the time up
   * to which records of any ring may be handed out: `newest` if a record that is not yet submitted
   * is in the way, because those behind it are about as old or newer; otherwise infinity.
   */
  fill(): number {
    this.release();
    const scanner = this.#scanner;
    const end = scanner.scan(this.#offsets, this.#tail, CAPACITY);
    this.#sort(this.#tail, end);
    this.#tail = end;
    const blocked = end < CAPACITY && !scanner.complete;
    this.#ready = blocked || scanner.complete ? end : end - REACH;
    return blocked ? this.newest : Number.POSITIVE_INFINITY;
  }

  /** Hands out records up to the time `until`, `max` at most. Returns how many were handed out. */
  handOut(handler: RingHandler, { until, max }: HandOutBounds, progress: MergeProgress): number {
    const { data } = this.#scanner;
    const { u32 } = data;
    const times = this.#times;
    const offsets = this.#offsets;
    const first = this.#head;
    const end = Math.min(this.#ready, first + max);
    let index = first;
    while (index < end) {
      const time = times[index]!;
      if (time > until) break;
      if (time < progress.lastTime) progress.misordered++;
      else progress.lastTime = time;
      const offset = offsets[index++]!;
      // Before the call: a record whose handler throws, or closes the merge, has been handed out.
      this.#head = index;
      handler(data, offset, u32[(offset - recordHeaderBytes) >>> 2]!);
      if (progress.closed) break;
    }
    return index - first;
  }

  /** Releases the bytes before the first record that still waits. */
  release(): void {
    const head = this.#head;
    const tail = this.#tail;
    // `scan` may have listed nothing but discarded records.
    if (head === 0 && tail > 0) return;
    const scanner = this.#scanner;
    const offsets = this.#offsets;
    let bytes = scanner.scanned;
    // The first one in the ring waits behind `#farthest` others at most: those that were moved in
    // front of it.
    const end = Math.min(tail, head + this.#farthest + 1);
    for (let index = head; index < end; index++)
      bytes = Math.min(bytes, scanner.bytesBefore(offsets[index]!));
    if (head === tail) this.#farthest = 0;
    scanner.release(bytes);
    scanner.records += head;
    this.#times.copyWithin(0, head, tail);
    offsets.copyWithin(0, head, tail);
    this.#tail -= head;
    this.#ready -= head;
    this.#head = 0;
  }

  /**
   * Sorts in the records from `first` until before `end`. Nearly all stay where they are, since a
   * ring is nearly sorted.
   */
  #sort(first: number, end: number): void {
    const { data } = this.#scanner;
    const { u32 } = data;
    const timeOffset = this.#timeOffset;
    const times = this.#times;
    const offsets = this.#offsets;
    let { newest } = this;
    for (let index = first; index < end; index++) {
      const offset = offsets[index]!;
      const word = (offset + timeOffset) >>> 2;
      const long = u32[(offset - recordHeaderBytes) >>> 2]! >= timeOffset + 8;
      const time = long ? u32[word + 1]! * 2 ** 32 + u32[word]! : Math.max(newest, 0);
      times[index] = time;
      if (time >= newest) newest = time;
      else this.#moveForward(index);
    }
    this.newest = newest;
  }

  /** Moves the record at `index` in front of those that are later, `REACH` at most. */
  #moveForward(index: number): void {
    const times = this.#times;
    const offsets = this.#offsets;
    const time = times[index]!;
    const offset = offsets[index]!;
    const lowest = Math.max(this.#head, index - REACH);
    let place = index;
    for (; place > lowest && times[place - 1]! > time; place--) {
      times[place] = times[place - 1]!;
      offsets[place] = offsets[place - 1]!;
    }
    times[place] = time;
    offsets[place] = offset;
    this.#farthest = Math.max(this.#farthest, index - place);
  }
}

interface HandOutBounds {
  /** Time of the last record that may be handed out. */
  readonly until: number;
  /** Most records. */
  readonly max: number;
}
