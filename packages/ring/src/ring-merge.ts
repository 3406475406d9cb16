import { positive, SpoorError } from '@spoor/core';
import { Lane } from './lane.js';
import type { Drainable, DrainOptions, RingFault, RingHandler } from './memory.js';
import type { RingReader } from './reader.js';
import { fillOf, someReaders } from './ring-set.js';
import { Stopwatch } from './stopwatch.js';

export interface RingMergeOptions {
  /** Where each record carries its time, a u64 in nanoseconds; bytes, a multiple of 4. Default: 8. */
  readonly timeOffset?: number;
  /**
   * How long a record waits for an earlier one to appear, milliseconds. A program takes its time before it
   * reserves, and another may run between the two. Default: 1.
   */
  readonly settleMs?: number;
  /**
   * Reads the clock that the records' times are of, nanoseconds. With it a record is handed out by the first look that finds it
   * `settleMs` old, without it by the look after the one that has found it.
   */
  readonly now?: () => number;
}

/**
 * Several rings in one order by time.
 *
 * A record is handed out once everything older has had `settleMs` to appear: each drain hands out what is as old as that by
 * the records' clock (`now`), or what an earlier one has seen that long ago. What comes later still (a virtual CPU that was not run between taking the time and reserving) is
 * handed out late and counted in `misordered`. A record that is too short to carry a time counts as one with the
 * time of the record before it.
 *
 * The records stay where they are until they are handed out; the
 * space is given back at the end of each drain. About 16 bytes of memory are used for each record that waits.
 */
export class RingMerge implements Drainable {
  readonly readers: readonly RingReader[];
  readonly #lanes: readonly Lane[];
  readonly #settleMs: number;
  readonly #now: (() => number) | undefined;
  /** Everything up to here has settled. */
  #horizon = Number.NEGATIVE_INFINITY;
  /** The newest time that was seen at `#candidateAt`: the next horizon. */
  #candidate = Number.NEGATIVE_INFINITY;
  #candidateAt = Number.NEGATIVE_INFINITY;
  #lastTime = Number.NEGATIVE_INFINITY;
  #misordered = 0;
  /** How many the last drain handed out. */
  #handed = 0;
  #draining = false;
  #atBound = false;
  #closing = false;
  #closed = false;

  /** Throws `INVALID_VALUE` without a reader. The merge closes its readers when it is closed. */
  constructor(readers: readonly RingReader[], options: RingMergeOptions = {}) {
    const { timeOffset = 8, settleMs = 1, now } = options;
    if (timeOffset < 0 || timeOffset % 4 !== 0)
      throw new SpoorError('INVALID_VALUE', `a time at byte ${timeOffset} of a record`, {
        remedy: 'Give a multiple of 4.',
      });
    this.readers = someReaders(readers);
    this.#lanes = readers.map((reader) => new Lane(reader, timeOffset));
    this.#settleMs = settleMs;
    this.#now = now;
  }

  /** Records that were handed out although a later one had been before. */
  get misordered(): number {
    return this.#misordered;
  }

  get backlog(): number {
    return this.readers.reduce((sum, reader) => sum + reader.backlog, 0);
  }

  get fill(): number {
    return fillOf(this.readers);
  }

  get more(): 'now' | 'soon' | 'later' {
    if (this.#atBound) return 'now';
    // By the clock only the last millisecond waits: in a stream it comes with the next look, which is no later than others.
    if (this.#now !== undefined && this.#handed > 0) return 'later';
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
      this.#handed = 0;
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
    // Read first: what was reserved before is seen below.
    const settled = this.#now === undefined ? Number.NEGATIVE_INFINITY : this.#now() - this.#settleMs * 1e6;
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
    return Math.min(Math.max(this.#horizon, settled), blocked);
  }

  #hand(handler: RingHandler, bounds: Bounds): number {
    const { horizon, max, stopwatch } = bounds;
    let count = 0;
    let lap = 0;
    this.#draining = true;
    this.#atBound = true;
    try {
      let lane = this.#lanes[0]!;
      let until = Number.NEGATIVE_INFINITY;
      while (count < max) {
        // Records come in runs from one ring: the others are looked at when theirs are next.
        if (lane.headTime > until) {
          lane = this.#earliest();
          until = Math.min(horizon, this.#earliestBut(lane));
        }
        const time = lane.headTime;
        if (time > horizon || time === Number.POSITIVE_INFINITY) {
          this.#atBound = false;
          break;
        }
        if (time < this.#lastTime) this.#misordered++;
        else this.#lastTime = time;
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
      this.#handed = count;
      if (!this.#closed) for (const lane of this.#lanes) lane.settle();
    }
    return count;
  }

  #earliest(): Lane {
    return this.#lanes.reduce((earliest, lane) => (lane.headTime < earliest.headTime ? lane : earliest));
  }

  /** The time of the earliest record of all other lanes. */
  #earliestBut(one: Lane): number {
    let time = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) if (lane !== one) time = Math.min(time, lane.headTime);
    return time;
  }
}

interface Bounds {
  readonly horizon: number;
  readonly max: number;
  readonly stopwatch: Stopwatch | undefined;
}
