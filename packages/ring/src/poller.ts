import type { Drainable, RingFault, RingHandler } from './memory.js';
import { Pace, type PaceOptions } from './pace.js';

export interface RingPollerOptions extends PaceOptions {
  /** Called once when the ring contradicts itself; polling has stopped then, other rings of a set excepted. */
  readonly onFault?: (fault: RingFault) => void;
  /** Asked after each turn: what it returns is waited for before the next look. It has to settle, and not to reject. */
  readonly pause?: () => Promise<void> | undefined;
}

/**
 * Drains a ring again and again, with the records borrowed: the fast way to wait for events. It begins at once,
 * looks every `delayMs`, reads at most `budgetMs` a turn, and keeps the process alive until `stop`, `close` or
 * `unref`. Back-pressure: a slow handler, or one that asks for a `pause`, leaves the records in the ring; once it is full
 * the producer drops, and counts.
 *
 * What the handler throws is an uncaught exception, as in any timer; polling goes on after that record.
 */
export class RingPoller {
  readonly #ring: Drainable;
  readonly #handler: RingHandler;
  readonly #pace: Pace;
  readonly #onFault: ((fault: RingFault) => void) | undefined;
  readonly #pause: (() => Promise<void> | undefined) | undefined;
  #faultTold = false;
  #stopped = false;

  constructor(ring: Drainable, handler: RingHandler, options: RingPollerOptions = {}) {
    this.#ring = ring;
    this.#handler = handler;
    this.#onFault = options.onFault;
    this.#pause = options.pause;
    this.#pace = new Pace(ring, options, () => this.#turn());
    this.#pace.schedule(0);
  }

  ref(): this {
    this.#pace.ref();
    return this;
  }

  /** Lets the process end while this waits. */
  unref(): this {
    this.#pace.unref();
    return this;
  }

  /** Looks no more; the ring stays open. */
  stop(): void {
    this.#stopped = true;
    this.#pace.end();
  }

  /** Stops, hands out what was submitted so far, closes the ring; returns how many records that were. */
  close(): number {
    this.stop();
    return this.#ring.close(this.#handler);
  }

  #turn(): void {
    let found = 0;
    try {
      found = this.#ring.drain(this.#handler, { budgetMs: this.#pace.budgetMs });
    } finally {
      this.#goOn(found);
    }
    const { fault } = this.#ring;
    if (fault === undefined || this.#faultTold) return;
    this.#faultTold = true;
    this.#onFault?.(fault);
  }

  #goOn(found: number): void {
    if (this.#stopped || this.#ring.closed) return;
    const pause = this.#pause?.();
    if (pause === undefined) this.#pace.schedule(found);
    else void pause.then(() => !this.#stopped && !this.#ring.closed && this.#pace.schedule(found));
  }
}
