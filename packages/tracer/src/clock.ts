import { bootTimeNs, wallTimeNs } from '@spoor/object/system';
import { observer } from '@spoor/proc';

const tries = 5;

/** Drift of the cheap clocks after which the offset is read again, in milliseconds. */
const driftMs = 2;

/** The clocks that `WallClock` reads. A test replaces them. */
export interface Clocks {
  /** Nanoseconds since 1970 and since boot. */
  readonly wallNs: () => bigint;
  readonly bootNs: () => bigint;
  /** Milliseconds. `wallMs` follows the wall clock, `steadyMs` never jumps. */
  readonly wallMs: () => number;
  readonly steadyMs: () => number;
}

/** Returns nanoseconds since boot by the kernel's clock, which no time namespace changes. */
export const kernelTimeNs = (): bigint => bootTimeNs() - observer().bootOffsetNs;

const systemClocks: Clocks = {
  wallNs: wallTimeNs,
  bootNs: kernelTimeNs,
  wallMs: Date.now,
  steadyMs: () => performance.now(),
};

/** Returns the current difference of wall clock and boot clock, in nanoseconds. */
export function wallClockOffsetNs(clocks: Clocks = systemClocks): bigint {
  let narrowest: { readonly gap: bigint; readonly offset: bigint } | undefined;
  // The boot clock is read between two readings of the wall clock. The error is at most half the
  // time between those.
  for (let index = 0; index < tries; index++) {
    const before = clocks.wallNs();
    const boot = clocks.bootNs();
    const gap = clocks.wallNs() - before;
    // If the gap is negative, the wall clock was just set.
    if (gap >= 0n && (narrowest === undefined || gap < narrowest.gap)) {
      narrowest = { gap, offset: before + gap / 2n - boot };
    }
  }
  return narrowest?.offset ?? clocks.wallNs() - clocks.bootNs();
}

/**
 * Detects that the wall clock was set, or adjusted by more than 2 ms. `moved` is called before each
 * look at the rings. It compares two cheap clocks, and asks the system only if they drifted.
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
