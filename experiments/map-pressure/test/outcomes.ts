import { compare } from '../src/compare.js';
import type { Outcome, Setting } from '../src/experiment.js';
import { allOf, generator, segmentOf } from './invented.js';
import { smallSetting } from './settings.js';

const perfect = compare([generator, segmentOf()], allOf(segmentOf()));

export interface Invention {
  readonly setting?: Partial<Setting>;
  readonly total?: Partial<Outcome['comparison']['total']>;
  readonly state?: object;
  readonly events?: object;
  readonly mapEntries?: number;
}

/** A run of recover without a fault, but for what is said. */
export function outcomeOf({ setting, total, state, events, mapEntries = 100 }: Invention): Outcome {
  return {
    setting: { ...smallSetting, ...setting },
    comparison: { ...perfect, total: { ...perfect.total, ...total } },
    statistics: {
      events: { open: { submitted: 5, delivered: 5, dropped: {} }, ...events },
      state: { wordsLost: 0, ancestorRecoveries: 0, ...state },
      mapEntries,
      variants: {},
    } as unknown as Outcome['statistics'],
    processes: 600,
    alive: 310,
    held: 90,
    missesByCpu: [2, 0],
    reused: 4,
    notReused: 0,
    deleted: 0,
    passes: 0,
    nsPerEvent: 4000,
  };
}
