import { positive, SpoorError } from '@spoor/core';
import type { Drainable, DrainOptions, RingFault, RingHandler } from './memory.js';
import { type RingReader, scannerOf } from './reader.js';
import { type MergeProgress, SortedRecords } from './sorted-records.js';
import { Stopwatch } from './stopwatch.js';

const all = Number.POSITIVE_INFINITY;

export interface RingMergeOptions {
  /**
   * Where each record carries its time, a u64 in nanoseconds; bytes, a multiple of 4. Default: 8.
   */
  readonly timeOffset?: number;
  /**
   * Milliseconds that a record waits for an earlier one to appear. A program takes its time before
   * it reserves, and another may run between the two. Default: 1.
   */
  readonly settleMs?: number;
  /**
   * Reads the clock that the times of the records come from; nanoseconds. Default: CLOCK_MONOTONIC,
   * which `bpf_ktime_get_ns` reads.
   */
  readonly now?: () => number;
}

/**
 * Several rings read in one order, by time. `mergeRings` makes it.
 *
 * A drain hands out each record that is older than `settleMs`. A record that appears later than
 * that is handed out late and counted in `misordered`. So is a record with more than 1024 later
 * ones before it in its ring. If a record is too short to carry a time, the time of the record
 * before it counts.
 *
 * A record stays in its ring until it is handed out. The merge remembers 2048 records per ring at
 * most, 12 bytes each.
 */
export class RingMerge implements Drainable {
  readonly readers: readonly RingReader[];
  readonly #rings: readonly SortedRecords[];
  readonly #settleNs: number;
  readonly #now: () => number;
  readonly #progress: MergeProgress = { lastTime: Number.NEGATIVE_INFINITY, misordered: 0, closed: false };
  /** Records that the last drain handed out. */
  #found = 0;
  #draining = false;
  #atBound = false;
  #closing = false;

  /** @internal */
  constructor(readers: readonly RingReader[], options: RingMergeOptions = {}) {
    const { timeOffset = 8, settleMs = 1, now = monotonicNs } = options;
    this.readers = readers;
    this.#rings = readers.map((reader) => new SortedRecords(scannerOf(reader), timeOffset));
    this.#settleNs = settleMs * 1e6;
    this.#now = now;
  }

  /** Records that were handed out after a later one. */
  get misordered(): number {
    return this.#progress.misordered;
  }

  get backlog(): number {
    return this.readers.reduce((sum, reader) => sum + reader.backlog, 0);
  }

  get fill(): number {
    return Math.max(...this.readers.map(({ fill }) => fill));
  }

  get more(): 'now' | 'soon' | 'later' {
    if (this.#atBound) return 'now';
    // In a stream, the next usual look finds the last records settled.
    if (this.#found > 0) return 'later';
    return this.#rings.some(({ waiting }) => waiting > 0) ? 'soon' : 'later';
  }

  /** The first fault of any ring. The other rings are read on. */
  get fault(): RingFault | undefined {
    return this.readers.find(({ fault }) => fault !== undefined)?.fault;
  }

  get closed(): boolean {
    return this.#progress.closed;
  }

  /**
   * Hands out the records that have settled. The bounds apply to all rings together.
   *
   * @returns the number of records handed out
   * @throws {SpoorError} WRONG_PHASE when called by a handler of this merge
   * @throws {SpoorError} INVALID_VALUE when a bound is not a positive number
   */
  drain(handler: RingHandler, options: DrainOptions = {}): number {
    const max = positive(options.max, 'max') ?? Number.POSITIVE_INFINITY;
    const budgetMs = positive(options.budgetMs, 'budgetMs');
    if (this.#draining)
      throw new SpoorError('WRONG_PHASE', 'a merge is drained inside one of its own handlers', {
        remedy: 'Let the handler return first.',
      });
    if (this.closed) return 0;
    this.#found = 0;
    this.#atBound = false;
    // The rings of an idle machine are looked at many times per second.
    if (this.#rings.every(({ idle }) => idle)) return 0;
    // The clock is read before the rings: whatever was reserved before is found.
    const settled = this.#now() - this.#settleNs;
    const stopwatch = budgetMs === undefined ? undefined : new Stopwatch(budgetMs);
    return this.#drain(handler, { until: this.#look(settled), max, stopwatch });
  }

  /**
   * Closes the merge and its readers, as `RingReader.close` does; the last drain waits for no
   * earlier records.
   */
  close(handler?: RingHandler): number {
    if (this.closed) return 0;
    const first = !this.#closing;
    this.#closing = true;
    try {
      return handler !== undefined && first ? this.#drainAll(handler) : 0;
    } finally {
      if (!this.closed) {
        this.#release();
        for (const reader of this.readers) reader.close();
        this.#progress.closed = true;
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #drainAll(handler: RingHandler): number {
    this.#look(all);
    return this.#drain(handler, { until: all, max: all, stopwatch: undefined });
  }

  /** Finds what is new in each ring. Returns the time up to which records may be handed out. */
  #look(settled: number): number {
    let until = settled;
    for (const ring of this.#rings) until = Math.min(until, ring.look());
    return until;
  }

  #drain(handler: RingHandler, { until, max, stopwatch }: Bounds): number {
    let horizon = until;
    let count = 0;
    let sinceLap = 0;
    this.#draining = true;
    this.#atBound = true;
    try {
      while (count < max) {
        const ring = this.#earliest();
        const quota = Math.min(max - count, stopwatch?.stride ?? max);
        const bounds = { until: Math.min(horizon, this.#earliestBut(ring)), max: quota };
        const handed = ring.handOut(handler, bounds, this.#progress);
        count += handed;
        if (this.closed) break;
        if (handed === 0) {
          this.#atBound = false;
          break;
        }
        if (ring.drained) {
          const limit = ring.fill();
          if (until < all) horizon = Math.min(horizon, limit);
        }
        sinceLap += handed;
        if (stopwatch === undefined || sinceLap < stopwatch.stride) continue;
        sinceLap = 0;
        if (stopwatch.lap()) break;
      }
    } finally {
      this.#draining = false;
      this.#found = count;
      if (!this.closed) this.#release();
    }
    return count;
  }

  #release(): void {
    for (const ring of this.#rings) ring.release();
  }

  #earliest(): SortedRecords {
    return this.#rings.reduce((earliest, ring) => (ring.headTime < earliest.headTime ? ring : earliest));
  }

  /** The time of the earliest record of all other rings. */
  #earliestBut(one: SortedRecords): number {
    let time = Number.POSITIVE_INFINITY;
    for (const ring of this.#rings) if (ring !== one) time = Math.min(time, ring.headTime);
    return time;
  }
}

/**
 * Reads several rings in one order, by the time that each record carries. The merge closes its
 * readers when it is closed.
 *
 * @throws {SpoorError} INVALID_VALUE without a reader, or when `timeOffset` is not a multiple of 4
 *
 * @example
 * ```ts
 * const readers = ['fast', 'slow'].map((name) => openRing(object.map(name)));
 * using rings = mergeRings(readers, { timeOffset: 0 });
 * const poller = new RingPoller(rings, ({ u32 }, offset) => console.log(u32[(offset + 8) >>> 2]));
 * ```
 */
export function mergeRings(readers: readonly RingReader[], options: RingMergeOptions = {}): RingMerge {
  const { timeOffset = 0 } = options;
  if (timeOffset < 0 || timeOffset % 4 !== 0)
    throw new SpoorError('INVALID_VALUE', `timeOffset ${timeOffset} is not a multiple of 4`, {
      remedy: 'Place the time at a multiple of 4 bytes.',
    });
  if (readers.length === 0)
    throw new SpoorError('INVALID_VALUE', 'mergeRings needs at least one reader', {
      remedy: 'Give the readers of the rings.',
    });
  return new RingMerge(readers, options);
}

function monotonicNs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}

interface Bounds {
  readonly until: number;
  readonly max: number;
  readonly stopwatch: Stopwatch | undefined;
}
