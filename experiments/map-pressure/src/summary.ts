import { precision, recall, sumTallies, type Tally } from './compare.js';
import type { Outcome, Setting } from './experiment.js';
import { faultsOf, type Standard, standardOf } from './verdict.js';

/** All runs of one setting. */
export interface Summary {
  readonly setting: Setting;
  /** Entries of the process map, as it was loaded. */
  readonly mapEntries: number;
  readonly standard: Standard;
  readonly runs: number;
  /** Runs that showed what they had to. */
  readonly good: number;
  readonly faults: readonly string[];
  /** Sums over the runs. */
  readonly total: Tally;
  readonly shapes: Readonly<Record<string, Tally>>;
  readonly recall: number;
  readonly precision: number;
  readonly lookups: number;
  readonly hits: number;
  readonly misses: number;
  readonly recovered: { readonly storage: number; readonly hash: number; readonly none: number };
  readonly ancestorRecoveries: number;
  readonly wordsLost: number;
  readonly raced: number;
  readonly notStored: number;
  readonly torn: number;
  readonly deleted: number;
  /** The least of the runs. */
  readonly alive: number;
  /** Entries that the map had when all were alive: the most of the runs. */
  readonly held: number;
  /** Sums over the runs. */
  readonly missesByCpu: readonly number[];
  /** The median of the runs. */
  readonly nsPerEvent: number;
}

/** @param outcomes of the same setting, at least one */
export function summarize(outcomes: readonly Outcome[]): Summary {
  const [first] = outcomes;
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((before, outcome) => before + of(outcome), 0);
  const faults = outcomes.map(faultsOf);
  const total = sumTallies(outcomes.map(({ comparison }) => comparison.total));
  const times = outcomes.map(({ nsPerEvent }) => nsPerEvent).sort((a, b) => a - b);
  return {
    setting: first!.setting,
    mapEntries: first!.statistics.mapEntries,
    standard: standardOf(first!),
    runs: outcomes.length,
    good: faults.filter(({ length }) => length === 0).length,
    faults: [...new Set(faults.flat())],
    total,
    shapes: sumShapes(outcomes),
    recall: recall(total),
    precision: precision(total),
    lookups: sum(({ statistics }) => statistics.state.lookups),
    hits: sum(({ statistics }) => statistics.state.hits),
    misses: sum(({ statistics }) => statistics.state.misses),
    recovered: {
      storage: sum(({ statistics }) => statistics.state.recovered.storage),
      hash: sum(({ statistics }) => statistics.state.recovered.hash),
      none: sum(({ statistics }) => statistics.state.recovered.none),
    },
    ancestorRecoveries: sum(({ statistics }) => statistics.state.ancestorRecoveries),
    wordsLost: sum(({ statistics }) => statistics.state.wordsLost),
    raced: sum(({ statistics }) => statistics.state.raced),
    notStored: sum(({ statistics }) => statistics.state.notStored),
    torn: sum(({ statistics }) => statistics.state.torn),
    deleted: sum(({ deleted }) => deleted),
    alive: Math.min(...outcomes.map(({ alive }) => alive)),
    held: Math.max(...outcomes.map(({ held }) => held)),
    missesByCpu: first!.missesByCpu.map((_, cpu) => sum((outcome) => outcome.missesByCpu[cpu]!)),
    nsPerEvent: times[times.length >> 1]!,
  };
}

function sumShapes(outcomes: readonly Outcome[]): Record<string, Tally> {
  const names = new Set(outcomes.flatMap(({ comparison }) => [...comparison.shapes.keys()]));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      sumTallies(outcomes.flatMap(({ comparison }) => comparison.shapes.get(name) ?? [])),
    ]),
  );
}

/** Of the look-ups that could have found a record, the share that did not. */
export function missShare({ hits, misses }: Summary): number {
  return misses === 0 ? 0 : misses / (hits + misses);
}

/** The fates of the events, each counted once, as shares of the picture. They add up to 1. */
export interface Fates {
  readonly right: number;
  /** Delivered in the right scopes, with a binary, a new flag or another fact that is not true. */
  readonly untrue: number;
  /** Delivered in the wrong scopes. */
  readonly misjudged: number;
  readonly lost: number;
}

export function fatesOf({ expected, delivered, right, forgotten, followWrong, lost }: Tally): Fates {
  const misjudged = forgotten + followWrong;
  const share = (count: number) => (expected === 0 ? 0 : count / expected);
  return {
    right: share(right),
    untrue: share(delivered - right - misjudged),
    misjudged: share(misjudged),
    lost: share(lost),
  };
}
