import { SpoorError } from '@spoor/btf';

/**
 * A time budget that costs little to ask: the clock (about 40 ns) is read at the first question, then every
 * second, every fourth … as long as the steps between prove short, and at every question again when they do not.
 */
export class Stopwatch {
  readonly #end: number;
  #last: number;
  #stride = 1;
  #countdown = 1;

  constructor(budgetMs: number) {
    this.#last = performance.now();
    this.#end = this.#last + budgetMs;
  }

  expired(): boolean {
    if (--this.#countdown > 0) return false;
    const now = performance.now();
    const step = now - this.#last;
    this.#last = now;
    // A tenth of a millisecond between two looks: exact enough for any budget, and invisible in the cost.
    if (step > 0.1) this.#stride = 1;
    else if (this.#stride < 1024) this.#stride *= 2;
    this.#countdown = this.#stride;
    return now >= this.#end;
  }
}

/** The bound as given; throws `INVALID_VALUE` when it is not above 0. */
export function positive(value: number | undefined, name: string): number | undefined {
  if (value === undefined || value > 0) return value;
  throw new SpoorError('INVALID_VALUE', `${name} is ${value}`, { remedy: 'Give a number above 0.' });
}
