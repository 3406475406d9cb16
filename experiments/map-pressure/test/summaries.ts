import { compare, sumTallies } from '../src/compare.js';
import type { MissMode } from '../src/experiment.js';
import type { Summary } from '../src/summary.js';
import { allOf, generator, segmentOf } from './invented.js';

/** A summary of invented runs. */
export function summaryOf(
  { mode = 'recover', entries, saboteur = false }: { mode?: MissMode; entries?: number; saboteur?: boolean },
  total: Partial<Summary['total']> = {},
): Summary {
  const perfect = compare([generator, segmentOf()], allOf(segmentOf())).total;
  return {
    setting: { mode, entries, saboteur, taskStorage: true, wordsEntries: undefined, processes: 300 },
    mapEntries: entries ?? 1024,
    standard: 'perfect',
    runs: 1,
    good: 1,
    faults: [],
    total: { ...sumTallies([perfect]), ...total },
    shapes: {},
    recall: 1,
    precision: 1,
    lookups: 10,
    hits: 6,
    misses: 2,
    recovered: { storage: 1, hash: 0, none: 1 },
    ancestorRecoveries: 0,
    wordsLost: 0,
    raced: 0,
    notStored: 0,
    torn: 0,
    deleted: 0,
    alive: 300,
    held: 90,
    missesByCpu: [2, 0],
    nsPerEvent: 4000,
  };
}
