import type { Drainable } from './memory.js';

/** Tells a reader when to look; `RingWakeup` of `@spoor/object` is one. */
export interface Wakeup {
  /** Resolves to true when the reader should look, and to false when no further wake-up comes. */
  wait(): Promise<boolean>;
  /** Ends the wait. */
  close(): void;
}

/** How a reader waits. It looks by timer, so that the traced program does not pay for wake-ups. */
export interface PaceOptions {
  /**
   * Milliseconds between two looks while records come. The first looks come sooner, so that the
   * first record does not wait. If a ring is more than an eighth full, the next look comes after a
   * quarter of the delay. Default: 40.
   */
  readonly delayMs?: number;
  /**
   * Milliseconds between two looks after one idle second, if the reader does not sleep. Default:
   * 60.
   */
  readonly idleDelayMs?: number;
  /**
   * Makes the reader look at once, however long the delays are. It keeps the process alive, also
   * after `unref`, and is closed when the reader stops or ends. Default: none.
   */
  readonly wakeup?: Wakeup | undefined;
  /**
   * Called before the reader sleeps after one idle second. Arms a wake-up for the next record and
   * returns it, or `undefined` to keep polling. A sleeping reader looks once per second. After
   * `unref` a reader does not sleep. Default: none.
   */
  readonly sleep?: (() => Wakeup | undefined) | undefined;
  /** Milliseconds of reading per turn of the event loop. Default: 5. */
  readonly budgetMs?: number;
  /** Called before each look at the ring. Must not throw. Default: none. */
  readonly beforeLook?: (() => void) | undefined;
}

export const defaultPace = { delayMs: 40, idleDelayMs: 60, budgetMs: 5 } as const;

const idleAfterMs = 1000;
/** The longest wait of a record that could not wake the reader (bpf/maps/rings.h). */
const asleepDelayMs = 1000;
const settleDelayMs = 1;
const busyFill = 1 / 8;

/**
 * Schedules the next look at a ring as a timer or an immediate. The look comes at once if there is
 * more to read, and after `delayMs` otherwise. `unref` lets the process end while a look is
 * pending.
 */
export class Pace {
  readonly budgetMs: number;
  readonly #ring: Drainable;
  readonly #turn: () => void;
  readonly #beforeSleep: (() => Wakeup | undefined) | undefined;
  readonly #beforeLook: (() => void) | undefined;
  #wakeup: Wakeup | undefined;
  readonly #delayMs: number;
  readonly #idleDelayMs: number;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #keepsAlive = true;
  #idleMs = 0;
  /** The pending turn is for records that had not settled. */
  #settling = false;
  #lastLook = Number.NEGATIVE_INFINITY;
  /** A wake-up came while no turn was pending. */
  #woken = false;
  /**
   * The next record wakes the reader. The pending turn looks for records that came before the
   * wake-up was armed.
   */
  #armed = false;
  /** Fill of the ring at the last look. */
  #fill = 0;
  /** Delay of the first looks. Grows from 1 to `#delayMs`. */
  #firstDelayMs = 1;

  constructor(ring: Drainable, options: PaceOptions, turn: () => void) {
    this.#ring = ring;
    this.#turn = turn;
    this.#delayMs = options.delayMs ?? defaultPace.delayMs;
    this.#idleDelayMs = Math.max(options.idleDelayMs ?? defaultPace.idleDelayMs, this.#delayMs);
    this.budgetMs = options.budgetMs ?? defaultPace.budgetMs;
    this.#beforeSleep = options.sleep;
    this.#beforeLook = options.beforeLook;
    if (options.wakeup !== undefined) this.#beginListening(options.wakeup);
  }

  get pending(): boolean {
    return this.#timer !== undefined || this.#immediate !== undefined;
  }

  /** `found`: how many records the last look found. Has no effect while a turn is pending. */
  schedule(found: number): void {
    if (this.pending) return;
    const { more } = this.#ring;
    if (found > 0 || more === 'soon') this.#idleMs = 0;
    if (more === 'now' || this.#woken) return this.hurry();
    if (this.#idleMs >= idleAfterMs && this.#keepsAlive && this.#sleep()) return;
    this.#armed = false;
    // At most once after each look, because a steady stream always has records that have not
    // settled.
    const settling = more === 'soon' && !this.#settling;
    const delay = settling ? settleDelayMs : this.#usualDelayMs;
    // A reader that was busy for longer than the delay, or that never looked, does not wait again.
    if (performance.now() - this.#lastLook >= delay) return this.hurry();
    if (found === 0) this.#idleMs += delay;
    if (!settling && this.#firstDelayMs < this.#delayMs) this.#firstDelayMs *= 2;
    this.#settling = settling;
    this.#timer = setTimeout(this.#run, delay);
    if (!this.#keepsAlive) this.#timer.unref();
  }

  get #usualDelayMs(): number {
    if (this.#idleMs >= idleAfterMs) return this.#idleDelayMs;
    const delay = this.#fill > busyFill ? this.#delayMs / 4 : this.#delayMs;
    return Math.min(this.#firstDelayMs, delay);
  }

  /** Schedules the next turn at once. */
  hurry(): void {
    this.cancel();
    this.#settling = false;
    this.#immediate = setImmediate(this.#run);
    if (!this.#keepsAlive) this.#immediate.unref();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }

  /** Cancels the pending turn and closes the wake-up. */
  end(): void {
    this.cancel();
    this.#wakeup?.close();
  }

  ref(): void {
    this.#keepsAlive = true;
    this.#timer?.ref();
    this.#immediate?.ref();
  }

  unref(): void {
    this.#keepsAlive = false;
    this.#timer?.unref();
    this.#immediate?.unref();
  }

  /** Returns false if nothing would wake the reader. */
  #sleep(): boolean {
    if (this.#armed) {
      this.#armed = false;
      this.#timer = setTimeout(this.#run, asleepDelayMs);
      return true;
    }
    const wakeup = this.#beforeSleep?.();
    if (wakeup === undefined) return false;
    if (wakeup !== this.#wakeup) this.#beginListening(wakeup);
    this.#armed = true;
    this.hurry();
    return true;
  }

  #beginListening(wakeup: Wakeup): void {
    this.#wakeup = wakeup;
    void this.#listen(wakeup);
  }

  async #listen(wakeup: Wakeup): Promise<void> {
    while (await wakeup.wait()) {
      // A wake-up has to be armed again after it came.
      this.#armed = false;
      if (this.pending) this.hurry();
      else this.#woken = true;
    }
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#woken = false;
    this.#lastLook = performance.now();
    this.#fill = this.#ring.fill;
    this.#beforeLook?.();
    this.#turn();
  };
}
