import { setImmediate } from 'node:timers/promises';
import { type SharedMap, useSharedMap } from '@spoor/object/system';
import {
  type AsyncInitMap,
  type InitCounters,
  type InitMap,
  type InitOutcome,
  withAsyncInit,
  withInit,
} from '../../src/index.js';
import { buildState, isWhole, KEYS, type RaceState, statesOf, truthOf } from './race-state.js';

/** The task of one thread. */
export interface RaceTask {
  readonly role: 'sync' | 'async' | 'saboteur';
  readonly states: SharedMap;
  readonly truth: SharedMap;
  /** Ends the thread after so many of its operations; 0 for a saboteur, which ends when told. */
  readonly operations: number;
  /** One word: not 0 when it is time to end. */
  readonly stop: Int32Array<SharedArrayBuffer>;
  readonly seed: number;
}

/** The observations of a thread, to compare with the counters. */
export interface RaceReport {
  readonly role: RaceTask['role'];
  readonly results: Record<InitOutcome, number>;
  /** Results of another identity than was wanted. */
  stale: number;
  /** Results that were not whole. */
  torn: number;
  /** Single reads, outside of `lookupOrInit`, that were not whole: what it has to cope with. */
  tornReads: number;
  reads: number;
  counters: InitCounters | undefined;
  /** Of the saboteur. */
  deleted: number;
}

export async function race(task: RaceTask): Promise<RaceReport> {
  const report: RaceReport = {
    role: task.role,
    results: { hit: 0, created: 0, raced: 0, 'not-stored': 0 },
    stale: 0,
    torn: 0,
    tornReads: 0,
    reads: 0,
    counters: undefined,
    deleted: 0,
  };
  const run = { sync: raceSync, async: raceAsync, saboteur: sabotage }[task.role];
  await run(task, report);
  return report;
}

const identity = {
  isSame: (state: RaceState, want: number, key: number): boolean => state.start === want && state.key === key,
  isNewer: (stored: RaceState, mine: RaceState): boolean => stored.start > mine.start,
};

function* turns({ operations, stop, seed }: RaceTask): Generator<number, void, undefined> {
  let state = seed;
  for (let turn = 0; operations === 0 || turn < operations; turn++) {
    if (turn % 64 === 0 && Atomics.load(stop, 0) !== 0) return;
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

function check(
  report: RaceReport,
  { outcome, value }: ReturnType<InitMap<number, RaceState, number>['lookupOrInit']>,
  want: number,
): void {
  report.results[outcome]++;
  if (value.start !== want) report.stale++;
  if (!isWhole(value)) report.torn++;
}

async function raceSync(task: RaceTask, report: RaceReport): Promise<void> {
  const map = statesOf(useSharedMap(task.states));
  const truth = truthOf(useSharedMap(task.truth));
  const states: InitMap<number, RaceState, number> = withInit(map, { init: buildState, ...identity });
  for (const random of turns(task)) {
    const key = random % KEYS;
    const want = truth.get(key)!;
    check(report, states.lookupOrInit(key, want), want);
    const single = map.get((random >> 8) % KEYS);
    if (single === undefined) continue;
    report.reads++;
    if (!isWhole(single)) report.tornReads++;
  }
  report.counters = { ...states.counters };
}

/** Eight at a time, often for the same key. */
async function raceAsync(task: RaceTask, report: RaceReport): Promise<void> {
  const map = statesOf(useSharedMap(task.states));
  const truth = truthOf(useSharedMap(task.truth));
  const states: AsyncInitMap<number, RaceState, number> = withAsyncInit(map, {
    init: async (key: number, want: number) => {
      await setImmediate();
      return buildState(key, want);
    },
    ...identity,
  });
  for (const random of turns({ ...task, operations: Math.ceil(task.operations / 8) })) {
    const asked = Array.from({ length: 8 }, async (_, index) => {
      const key = (random + (index >> 2)) % KEYS;
      const want = truth.get(key)!;
      check(report, await states.lookupOrInit(key, want), want);
    });
    await Promise.all(asked);
  }
  report.counters = { ...states.counters };
}

/** Deletes whatever it can, and gives keys to new owners. */
async function sabotage(task: RaceTask, report: RaceReport): Promise<void> {
  const map = statesOf(useSharedMap(task.states));
  const truth = truthOf(useSharedMap(task.truth));
  for (const random of turns(task)) {
    const key = random % KEYS;
    if (map.delete(key)) report.deleted++;
    if ((random >> 8) % 16 === 0) truth.set(key, truth.get(key)! + 1);
  }
}
