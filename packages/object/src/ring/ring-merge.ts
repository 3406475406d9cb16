import { SpoorError } from '@spoor/btf';
import { Lane } from './lane.js';
import type { Drainable, DrainOptions, RingFault, RingHandler } from './memory.js';
import type { RingReader } from './reader.js';
import { someReaders } from './ring-set.js';
import { positive, Stopwatch } from './stopwatch.js';

export interface RingMergeOptions {
  /** Where each record carries its time, a u64 in nanoseconds; bytes, a multiple of 4. Default: 8. */
  readonly timeOffset?: number;
  /**
   * How long a record waits for an earlier one to appear, milliseconds. A program takes its time before it
   * reserves, and another may run between the two. Default: 1.
   */
  readonly settleMs?: number;
}

/**
 * Several rings in one order by time.
 *
 * A record is handed out once everything older has had `settleMs` to appear, so each drain hands out what an
 * earlier one has seen: a record waits in its ring for a millisecond and a poll longer than it would in a
 * `RingSet`. What comes later still (a virtual CPU that was not run between taking the time and reserving) is
 * handed out late and counted in `misordered`. A record that is too short to carry a time counts as one with the
 * time of the record before it.
 *
 * No clock is compared with the records' own. The records stay where they are until they are handed out; the
 * space is given back at the end of each drain. About 16 bytes of memory are used for each record that waits.
 */
export class RingMerge implements Drainable {
  readonly readers: readonly RingReader[];
  readonly #lanes: readonly Lane[];
  readonly #settleMs: number;
  /** Everything up to here has settled. */
  #horizon = Number.NEGATIVE_INFINITY;
  /** The newest time that was seen at `#candidateAt`: the next horizon. */
  #candidate = Number.NEGATIVE_INFINITY;
  #candidateAt = Number.NEGATIVE_INFINITY;
  #lastTime = Number.NEGATIVE_INFINITY;
  #misordered = 0;
  #draining = false;
  #atBound = false;
  #closing = false;
  #closed = false;

  /** Throws `INVALID_VALUE` without a reader. The merge closes its readers when it is closed. */
  constructor(readers: readonly RingReader[], options: RingMergeOptions = {}) {
    const { timeOffset = 8, settleMs = 1 } = options;
    if (timeOffset < 0 || timeOffset % 4 !== 0)
      throw new SpoorError('INVALID_VALUE', `a time at byte ${timeOffset} of a record`, {
        remedy: 'Give a multiple of 4.',
      });
    this.readers = someReaders(readers);
    this.#lanes = readers.map((reader) => new Lane(reader, timeOffset));
    this.#settleMs = settleMs;
  }

  /** Records that were handed out although a later one had been before. */
  get misordered(): number {
    return this.#misordered;
  }

  get backlog(): number {
    return this.readers.reduce((sum, reader) => sum + reader.backlog, 0);
  }

  get more(): 'now' | 'soon' | 'later' {
    if (this.#atBound) return 'now';
    return this.#lanes.some((lane) => lane.waiting > 0) ? 'soon' : 'later';
  }

  /** The first fault of any ring. The others are read on. */
  get fault(): RingFault | undefined {
    return this.readers.find((reader) => reader.fault !== undefined)?.fault;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The bounds are for all rings together. Throws as `RingReader.drain` does. */
  drain(handler: RingHandler, options: DrainOptions = {}): number {
    const max = positive(options.max, 'max') ?? Number.POSITIVE_INFINITY;
    const budgetMs = positive(options.budgetMs, 'budgetMs');
    if (this.#draining)
      throw new SpoorError('WRONG_PHASE', 'a drain inside a handler of the same rings', {
        remedy: 'Let the handler return first.',
      });
    if (this.#closed) return 0;
    // What a look at an idle machine's rings costs, it costs many times a second.
    if (this.#lanes.every((lane) => lane.idle)) {
      this.#atBound = false;
      return 0;
    }
    const horizon = this.#collect(performance.now());
    return this.#hand(handler, {
      horizon,
      max,
      stopwatch: budgetMs === undefined ? undefined : new Stopwatch(budgetMs),
    });
  }

  /** As `RingReader.close`: also inside a handler. */
  close(handler?: RingHandler): number {
    if (this.#closed) return 0;
    const first = !this.#closing;
    this.#closing = true;
    try {
      return handler !== undefined && first ? this.#flush(handler) : 0;
    } finally {
      if (!this.#closed) {
        for (const lane of this.#lanes) lane.release();
        for (const reader of this.readers) reader.close();
        this.#closed = true;
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #flush(handler: RingHandler): number {
    this.#collect(performance.now());
    const all = Number.POSITIVE_INFINITY;
    return this.#hand(handler, { horizon: all, max: all, stopwatch: undefined });
  }

  /** Looks at what is new in every ring; returns the time up to which records may be handed out. */
  #collect(now: number): number {
    let newest = this.#candidate;
    let blocked = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) {
      // What lies behind a record that is not yet submitted is about as old as what lies before it, or newer.
      if (!lane.collect()) blocked = Math.min(blocked, lane.newest);
      newest = Math.max(newest, lane.newest);
    }
    if (now - this.#candidateAt >= this.#settleMs) {
      this.#horizon = this.#candidate;
      this.#candidate = newest;
      this.#candidateAt = now;
    }
    return Math.min(this.#horizon, blocked);
  }

  #hand(handler: RingHandler, bounds: Bounds): number {
    const { horizon, max, stopwatch } = bounds;
    let count = 0;
    let lap = 0;
    this.#draining = true;
    this.#atBound = true;
    try {
      while (count < max) {
        const lane = this.#earliest();
        if (lane === undefined || lane.headTime > horizon) {
          this.#atBound = false;
          break;
        }
        if (lane.headTime < this.#lastTime) this.#misordered++;
        else this.#lastTime = lane.headTime;
        count++;
        lane.hand(handler);
        if (this.#closed) break;
        if (stopwatch !== undefined && ++lap >= stopwatch.stride) {
          lap = 0;
          if (stopwatch.lap()) break;
        }
      }
    } finally {
      this.#draining = false;
      if (!this.#closed) for (const lane of this.#lanes) lane.settle();
    }
    return count;
  }

  #earliest(): Lane | undefined {
    let earliest: Lane | undefined;
    for (const lane of this.#lanes)
      if (lane.waiting > 0 && (earliest === undefined || lane.headTime < earliest.headTime)) earliest = lane;
    return earliest;
  }
}

interface Bounds {
  readonly horizon: number;
  readonly max: number;
  readonly stopwatch: Stopwatch | undefined;
}
