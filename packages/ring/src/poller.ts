import { SpoorError } from '@spoor/core';
import type { Drainable, RingFault, RingHandler } from './memory.js';
import { Pace, type PaceOptions } from './pace.js';

export interface RingPollerOptions extends PaceOptions {
  /**
   * Called once with the first fault. The faulty ring is not read any further; other rings of a
   * merge are.
   */
  readonly onFault?: (fault: RingFault) => void;
  /** Called after each turn. The next look waits until the returned promise resolves. */
  readonly pause?: () => Promise<void> | undefined;
  /**
   * Called if `pause` throws, if its promise rejects, or with INVALID_VALUE if it returns another
   * value. Polling has stopped then. Default: the error is an unhandled rejection.
   */
  readonly onPauseError?: (error: unknown) => void;
}

/**
 * Drains a ring whenever records come, and lends each record to a handler. `RingPoller` is the
 * fastest way to wait for records. It starts at once, looks every `delayMs`, reads for `budgetMs`
 * per turn of the event loop, and keeps the process alive until `stop`, `close` or `unref`.
 *
 * A slow handler, or one that asks for a `pause`, leaves the records in the ring. When the ring is
 * full, the producer drops records.
 *
 * An error of the handler is an uncaught exception, as in a timer. Polling goes on after that
 * record.
 *
 * @example
 * ```ts
 * const poller = new RingPoller(reader, ({ u32 }, offset) => console.log(u32[offset >>> 2]));
 * process.once('SIGINT', () => poller.close());
 * ```
 */
export class RingPoller {
  readonly #ring: Drainable;
  readonly #handler: RingHandler;
  readonly #pace: Pace;
  readonly #onFault: ((fault: RingFault) => void) | undefined;
  readonly #pause: (() => Promise<void> | undefined) | undefined;
  readonly #onPauseError: ((error: unknown) => void) | undefined;
  #faultReported = false;
  #stopped = false;

  constructor(ring: Drainable, handler: RingHandler, options: RingPollerOptions = {}) {
    this.#ring = ring;
    this.#handler = handler;
    this.#onFault = options.onFault;
    this.#pause = options.pause;
    this.#onPauseError = options.onPauseError;
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

  /** Stops looking. The ring stays open. */
  stop(): void {
    this.#stopped = true;
    this.#pace.end();
  }

  /**
   * Stops, hands out what was submitted so far, and closes the ring. Returns the number of records
   * handed out.
   */
  close(): number {
    this.stop();
    return this.#ring.close(this.#handler);
  }

  #turn(): void {
    let found = 0;
    try {
      found = this.#ring.drain(this.#handler, { budgetMs: this.#pace.budgetMs });
    } finally {
      void this.#goOn(found);
    }
    const { fault } = this.#ring;
    if (fault === undefined || this.#faultReported) return;
    this.#faultReported = true;
    this.#onFault?.(fault);
  }

  get #ended(): boolean {
    return this.#stopped || this.#ring.closed;
  }

  /** Without a pause, the next look is scheduled before this returns. */
  async #goOn(found: number): Promise<void> {
    if (this.#ended) return;
    try {
      const pause = this.#pause?.();
      if (pause !== undefined) await checkedPause(pause);
    } catch (error) {
      this.stop();
      if (this.#onPauseError === undefined) throw error;
      this.#onPauseError(error);
      return;
    }
    if (!this.#ended) this.#pace.schedule(found);
  }
}

function checkedPause(pause: unknown): Promise<void> {
  const isPromise = typeof pause === 'object' && pause !== null && 'then' in pause;
  if (isPromise) return pause as Promise<void>;
  throw new SpoorError('INVALID_VALUE', `pause() returned a value of type ${typeof pause}`, {
    remedy: 'Return a promise, or undefined to go on at once.',
  });
}
