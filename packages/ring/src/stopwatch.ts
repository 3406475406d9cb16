/** Milliseconds between two looks at the clock: exact enough for any budget, and invisible in the cost. */
const look = 0.1;

/**
 * A time budget that costs little to keep: the clock (about 40 ns) is read after `stride` records, which grows as
 * long as that many prove quick, and falls back to one when they do not.
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

  /** Whether the budget is spent. */
  lap(): boolean {
    const now = performance.now();
    this.stride = now - this.#last > look ? 1 : Math.min(this.stride * 2, 256);
    this.#last = now;
    return now >= this.#end;
  }
}
