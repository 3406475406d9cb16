import { BinaryTrait } from '@spoor/bpf/enums';
import type { ExecutedFile } from '@spoor/event';
import { type Clocks, kernelTimeNs, WallClock, wallClockOffsetNs } from '../clock.js';

/**
 * Change times are those of the last tick, at most 10 ms ago, or more if the CPU that counts ticks
 * is held up.
 */
const tickNs = 50_000_000n;
/** Granularity of file systems that keep whole seconds: FAT has every other one. */
const wholeSecondsNs = 2_000_000_000n;
/** Times at which the wall clock was set that are kept. Of more, the oldest are forgotten. */
const mostMoves = 16;

/** Compares the change time of a file with the time at which it was executed. */
export class ChangeTimes {
  readonly #wallClock: WallClock;
  readonly #nowNs: () => bigint;
  #offsetNs: bigint;
  /** Offsets that the wall clock had until a boot time. */
  #earlier: readonly { readonly untilNs: bigint; readonly offsetNs: bigint }[] = [];

  constructor(clocks?: Clocks) {
    this.#wallClock = new WallClock(clocks);
    this.#nowNs = clocks?.bootNs ?? kernelTimeNs;
    this.#offsetNs = wallClockOffsetNs(clocks);
  }

  /**
   * Returns true if every change since the exec gives the file another change time. False if it was
   * changed right before the exec, or is on a file system that misses changes by `mmap`.
   */
  wouldDiffer({ changeTimeNs, timeNs, binaryTraits }: ExecutedFile): boolean {
    if ((binaryTraits & BinaryTrait.BINARY_IN_MEMORY) !== 0) return false;
    const granularityNs = changeTimeNs % 1_000_000_000n === 0n ? wholeSecondsNs : 0n;
    return timeNs + this.#offsetAt(timeNs) - changeTimeNs > tickNs + granularityNs;
  }

  /** Returns the least offset that the wall clock can have had at a boot time. */
  #offsetAt(timeNs: bigint): bigint {
    const moved = this.#wallClock.moved();
    if (moved !== undefined) {
      const before = { untilNs: this.#nowNs(), offsetNs: this.#offsetNs };
      this.#earlier = [...this.#earlier, before].slice(-mostMoves);
      this.#offsetNs = moved;
    }
    let least = this.#offsetNs;
    for (const { untilNs, offsetNs } of this.#earlier) {
      if (timeNs < untilNs && offsetNs < least) least = offsetNs;
    }
    return least;
  }
}
