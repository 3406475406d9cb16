/** What many rounds of one thing say, in a few numbers of the same unit. */
export interface Summary {
  readonly median: number;
  /** The spread: nine of ten rounds lie between these two. With up to ten rounds, nearly the least and the most. */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/**
 * The value below which the share `at` of the samples lies, between two samples by their distance.
 *
 * @throws RangeError without samples, or with one that is no number
 */
export function quantile(samples: readonly number[], at: number): number {
  if (samples.length === 0 || samples.some((sample) => !Number.isFinite(sample))) {
    throw new RangeError(`no quantile of [${samples.join(', ')}]`);
  }
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
}

/** @throws RangeError without samples, or with one that is no number */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** @throws RangeError without samples, or with one that is no number */
export function summarise(samples: readonly number[]): Summary {
  return {
    median: median(samples),
    low: quantile(samples, 0.05),
    high: quantile(samples, 0.95),
    rounds: samples.length,
  };
}

/**
 * How many times `base` something is. Round by round, since what disturbs a round disturbs both; where one of them missed
 * a round, or has another number of them, of the medians alone, which says nothing of the spread.
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
