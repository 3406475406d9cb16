import { bootTimeNs, wallTimeNs } from '@spoor/object';

const tries = 5;

/** Milliseconds by which the cheap clocks may drift apart until the offset is read again. */
const driftMs = 2;

/** The clocks that `WallClock` reads; a test gives its own. */
export interface Clocks {
  /** Nanoseconds since 1970, and since boot. */
  readonly wallNs: () => bigint;
  readonly bootNs: () => bigint;
  /** Milliseconds: one follows the wall clock, the other never jumps. */
  readonly wallMs: () => number;
  readonly steadyMs: () => number;
}

const systemClocks: Clocks = {
  wallNs: wallTimeNs,
  bootNs: bootTimeNs,
  wallMs: Date.now,
  steadyMs: () => performance.now(),
};

/** Nanoseconds to add to a time of the boot clock to get nanoseconds since 1970, as of now. */
export function wallClockOffsetNs(clocks: Clocks = systemClocks): bigint {
  let narrowest: { readonly gap: bigint; readonly offset: bigint } | undefined;
  // The boot clock is read between two readings of the wall clock. The error is at most half the
  // time between those.
  for (let index = 0; index < tries; index++) {
    const before = clocks.wallNs();
    const boot = clocks.bootNs();
    const gap = clocks.wallNs() - before;
    // A negative gap is a step of the wall clock just now.
    if (gap >= 0n && (narrowest === undefined || gap < narrowest.gap)) {
      narrowest = { gap, offset: before + gap / 2n - boot };
    }
  }
  return narrowest?.offset ?? clocks.wallNs() - clocks.bootNs();
}

/**
 * Notices that the wall clock was set, or adjusted by more than 2 ms. Called before each look at
 * the rings, so it compares two clocks that Node.js reads in nanoseconds. It asks the system only
 * if they drifted.
 */
export class WallClock {
  readonly #clocks: Clocks;
  #driftMs: number;

  constructor(clocks: Clocks = systemClocks) {
    this.#clocks = clocks;
    this.#driftMs = this.#drift();
  }

  /** Returns the new offset if the wall clock was set since the last call, else undefined. */
  moved(): bigint | undefined {
    const drift = this.#drift();
    if (Math.abs(drift - this.#driftMs) < driftMs) return undefined;
    this.#driftMs = drift;
    return wallClockOffsetNs(this.#clocks);
  }

  #drift(): number {
    return this.#clocks.wallMs() - this.#clocks.steadyMs();
  }
}
