/** Milliseconds between two readings of the clock. */
const look = 0.1;

/**
 * A time budget that is cheap to keep. The clock is read after `stride` records. The stride grows
 * while that many records are quick, and falls back to one when they are not.
 */
export class Stopwatch {
  /** How many records to handle before the next `lap`. */
  stride = 1;
  readonly #end: number;
  #last: number;

  constructor(budgetMs: number) {
    this.#last = performance.now();
    this.#end = this.#last + budgetMs;
  }

  /** Reads the clock. Returns true if the budget is spent. */
  lap(): boolean {
    const now = performance.now();
    this.stride = now - this.#last > look ? 1 : Math.min(this.stride * 2, 256);
    this.#last = now;
    return now >= this.#end;
  }
}
