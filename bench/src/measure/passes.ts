import type { Measurement, Observation, Series } from '../finding.js';

/**
 * Merges the observations of several passes: the rounds of a series follow one another, so that the
 * spread includes changes over minutes. Series of one pass alone stay.
 */
export function merge(passes: readonly Observation[]): Observation {
  return {
    measurements: byKey(
      passes.flatMap(({ measurements }) => measurements),
      ({ id }) => id,
      mergeMeasurements,
    ),
    absent: [...new Set(passes.flatMap(({ absent }) => absent))],
    remarks: [...new Set(passes.flatMap(({ remarks }) => remarks))],
  };
}

function mergeMeasurements(same: readonly [Measurement, ...Measurement[]]): Measurement {
  return {
    ...same[0],
    series: byKey(
      same.flatMap(({ series }) => series),
      ({ name }) => name,
      mergeSeries,
    ),
  };
}

function mergeSeries(same: readonly [Series, ...Series[]]): Series {
  return { ...same[0], samples: same.flatMap(({ samples }) => samples) };
}

/** Those with the same key made one, in the order of the first of each. */
function byKey<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  join: (same: readonly [T, ...T[]]) => T,
): T[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()].map(join);
}
