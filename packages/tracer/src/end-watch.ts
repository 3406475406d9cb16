/** How often the kernel is asked whether descendants of an ended command live, in milliseconds. */
const checkMs = 100;

export interface EndWatchParts {
  /** Returns the number of living processes that the trace waits for. */
  readonly countLiving: () => number;
  /** Ends the trace. An error is what `countLiving` threw. */
  readonly onEnd: (error?: unknown) => void;
}

/**
 * Ends a trace when its command has ended and no descendant lives. Asks the kernel: exit events can
 * be late, and can be dropped.
 */
export class EndWatch {
  readonly #parts: EndWatchParts;
  #timer: NodeJS.Timeout | undefined;
  #commandEnded = false;
  #commandEndedInTrace = false;
  #reading = false;

  constructor(parts: EndWatchParts) {
    this.#parts = parts;
  }

  get commandEnded(): boolean {
    return this.#commandEnded;
  }

  /** True if the command had ended before the watch was closed, so that its exit was traced. */
  get commandEndedInTrace(): boolean {
    return this.#commandEndedInTrace;
  }

  setCommandEnded(): void {
    this.#commandEnded = true;
    this.check();
  }

  /** An unread trace does not end by itself: the events of a short command wait for a reader. */
  setReading(): void {
    this.#reading = true;
    this.check();
  }

  /** Ends the trace if nothing lives, else checks again later. */
  check(): void {
    clearTimeout(this.#timer);
    if (!this.#commandEnded || !this.#reading) return;
    try {
      if (this.#parts.countLiving() === 0) setImmediate(() => this.#parts.onEnd());
      else this.#timer = setTimeout(() => this.check(), checkMs);
    } catch (error) {
      this.#parts.onEnd(error);
    }
  }

  /** Stops watching. Call it before the hooks are detached. */
  close(): void {
    this.#commandEndedInTrace = this.#commandEnded;
    clearTimeout(this.#timer);
    this.#reading = false;
  }
}
