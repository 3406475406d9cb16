/** Many rounds of one measurement in a few numbers of one unit. */
export interface Summary {
  readonly median: number;
  /**
   * The spread: two rounds between which, themselves included, nine of ten lie. With up to twenty,
   * the least and the most.
   */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/** @throws RangeError without samples, or with one that is NaN */
export function median(samples: readonly number[]): number {
  return summarise(samples).median;
}

/** @throws RangeError without samples, or with one that is NaN */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0 || samples.some((sample) => !Number.isFinite(sample))) {
    throw new RangeError(`there is no median of [${samples.join(', ')}]`);
  }
  const sorted = [...samples].sort((a, b) => a - b);
  const last = sorted.length - 1;
  return {
    median: (sorted[Math.floor(last / 2)]! + sorted[Math.ceil(last / 2)]!) / 2,
    low: sorted[Math.floor(0.05 * last)]!,
    high: sorted[Math.ceil(0.95 * last)]!,
    rounds: samples.length,
  };
}

/**
 * How many times `base` something is. Round by round, since what disturbs a round disturbs both;
 * where one of them missed a round, or has another number of them, of the medians alone, which says
 * nothing of the spread.
 *
 * Undefined when the base is zero.
 */
export function ratioOf(samples: readonly number[], base: readonly number[]): Summary | undefined {
  if (samples.length !== base.length) {
    const ratio = median(samples) / median(base);
    return Number.isFinite(ratio) ? { median: ratio, low: ratio, high: ratio, rounds: 1 } : undefined;
  }
  if (base.includes(0)) return undefined;
  return summarise(samples.map((sample, round) => sample / base[round]!));
}
