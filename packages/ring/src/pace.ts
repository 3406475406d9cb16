import type { Drainable } from './memory.js';

/** What tells a reader to look: `RingWakeup`. */
export interface Wakeup {
  /** True when it does, false when nothing more will be told. */
  wait(): Promise<boolean>;
  /** Ends the wait: the reader has ended. */
  close(): void;
}

/**
 * How a reader waits. It asks by timer, so that the traced program pays for no wake-up (about 1.4 µs an event
 * for a reader that is woken at each, against 25 ns).
 */
export interface PaceOptions {
  /**
   * Milliseconds between two looks while records come: the most that one waits to be seen. The first looks come sooner, so that
   * the first record does not wait, and so do those at a ring that was found an eighth full: in a quarter of the time.
   * Default: 40.
   */
  readonly delayMs?: number;
  /** The same once nothing has come for a second and the reader does not sleep, which spares an idle machine. Default: 60. */
  readonly idleDelayMs?: number;
  /**
   * A look is taken at once when it tells that a ring fills, however long the delays are. It keeps the process alive, also after
   * `unref`, and is closed when the reader stops or ends. Default: none.
   */
  readonly wakeup?: Wakeup | undefined;
  /**
   * Lets the reader sleep once nothing has come for a second: it looks only each second then. Called before each sleep, it has the next
   * record wake the reader, in whatever way, and returns what tells of it, which is treated as a `wakeup`; `undefined` where
   * nothing would, and the reader looks by time. A reader that is unreferenced does not sleep. Default: none.
   */
  readonly sleep?: (() => Wakeup | undefined) | undefined;
  /** Milliseconds of reading after which the event loop has its turn. Default: 5. */
  readonly budgetMs?: number;
  /** Called before each look at the ring. Must not throw. Default: none. */
  readonly beforeLook?: (() => void) | undefined;
}

export const defaultPace = { delayMs: 40, idleDelayMs: 60, budgetMs: 5 } as const;

const idleAfterMs = 1000;
/** A record that could not wake (bpf/maps/rings.h) waits no longer. */
const asleepDelayMs = 1000;
const settleDelayMs = 1;
const busyFill = 1 / 8;

/**
 * One pending turn of the event loop, timer or immediate, which keeps the process alive or does not (`unref`).
 * It decides when to look next: at once when there is more, after `delayMs` when there is not.
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
  /** The turn that is pending is one for what had not settled. */
  #settling = false;
  #lastLook = Number.NEGATIVE_INFINITY;
  /** Something was told of a ring while no turn was pending. */
  #woken = false;
  /** The next record wakes the reader, and the turn that is pending is the look for what came before that was so. */
  #armed = false;
  /** How full it was at the last look. */
  #fill = 0;
  /** Grows from 1 to `#delayMs`. */
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
    // Once after each look: in a steady stream there is always something that has not settled.
    const settling = more === 'soon' && !this.#settling;
    const delay = settling ? settleDelayMs : this.#usualDelayMs;
    // A consumer that was busy for longer has waited enough; so has one that never looked.
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

  /** The next turn comes at once. */
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

  /** No turn comes any more. */
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

  /** False where nothing would wake the reader. */
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
      // Who has woken once wakes no more.
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
