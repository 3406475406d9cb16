import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { openObject } from '@spoor/object';
import { shareMap } from '@spoor/object/system';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { compileFixture } from '../test/compile.js';
import { KEYS, statesOf, truthOf } from '../test/race/race-state.js';
import type { RaceReport, RaceTask } from '../test/race/racer.js';
import { expectBalanced } from '../test/states.js';

/** For the long run; a bounded number of operations otherwise. */
const seconds = Number(process.env['SPOOR_RACE_SECONDS'] ?? 0);
const operations = seconds > 0 ? Number.MAX_SAFE_INTEGER : 20_000;

const kinds = {
  hash: { defines: ['RACE_TYPE=BPF_MAP_TYPE_HASH', 'RACE_FLAGS=0'], evicts: false },
  'hash without preallocation': {
    defines: ['RACE_TYPE=BPF_MAP_TYPE_HASH', 'RACE_FLAGS=BPF_F_NO_PREALLOC'],
    evicts: false,
  },
  lru_hash: { defines: ['RACE_TYPE=BPF_MAP_TYPE_LRU_HASH', 'RACE_FLAGS=0'], evicts: true },
};

const roles = ['sync', 'sync', 'async', 'saboteur'] as const;
const workers: Worker[] = [];

beforeAll(async () => {
  for (const _ of roles) workers.push(new Worker(new URL('../test/race/thread.mjs', import.meta.url)));
  expect(await Promise.all(workers.map(answer))).toEqual(roles.map(() => 'ready'));
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
});

async function answer(worker: Worker): Promise<unknown> {
  const [message] = await once(worker, 'message');
  return message;
}

it.each(Object.entries(kinds))(
  'programs and threads contend for the same keys under a saboteur: %s',
  async (_, { defines, evicts }) => {
    const loaded = openObject(compileFixture('race', defines))
      .setConstant('owner_tgid', process.pid)
      .enableProgram('on_sys_enter')
      .load();
    onTestFinished(() => loaded.close());
    const [states, truth] = [loaded.map('states'), loaded.map('truth')];
    truthOf(truth).setMany(Array.from({ length: KEYS }, (_, key) => [key, 1] as const));

    const stop = new Int32Array(new SharedArrayBuffer(4));
    const tasks = roles.map((role, index) => ({
      role,
      states: shareMap(states),
      truth: shareMap(truth),
      operations: role === 'saboteur' ? 0 : operations,
      stop,
      seed: index + 1,
    })) satisfies RaceTask[];
    const program = loaded.program('on_sys_enter').attach();
    const running = workers.map((worker, index) => {
      const report = answer(worker) as Promise<RaceReport>;
      worker.postMessage(tasks[index]);
      return report;
    });
    const timer = seconds > 0 ? setTimeout(() => Atomics.store(stop, 0, 1), seconds * 1000) : undefined;
    const finders = await Promise.all(running.slice(0, -1));
    clearTimeout(timer);
    Atomics.store(stop, 0, 1);
    const reports = [...finders, await running.at(-1)!];
    program.detach();

    const kernel = (name: string): number => Number(loaded.globals.read(name));
    const sum = (of: (report: RaceReport) => number): number =>
      reports.reduce((total, report) => total + of(report), 0);
    const left = statesOf(states).count();
    const figures = {
      lookups: sum(({ counters }) => counters?.lookups ?? 0),
      results: finders.map(({ results }) => results),
      replaced: sum(({ counters }) => counters?.replaced ?? 0),
      stale: sum(({ counters }) => counters?.stale ?? 0),
      joined: sum(({ counters }) => counters?.joined ?? 0),
      sabotaged: sum(({ deleted }) => deleted),
      tornSingleReads: `${sum(({ tornReads }) => tornReads)} of ${sum(({ reads }) => reads)}`,
      kernel: Object.fromEntries(
        ['lookups', 'hits', 'misses', 'inserted', 'raced', 'unstored', 'newer', 'deleted'].map((name) => [
          name,
          kernel(name),
        ]),
      ),
      left,
    };
    console.log(JSON.stringify(figures));

    // Nothing that was returned was another's or torn.
    expect(sum(({ stale }) => stale)).toBe(0);
    expect(sum(({ torn }) => torn)).toBe(0);
    // The counters say what the threads saw.
    for (const { counters, results } of finders) {
      const { hits, created, raced, notStored, failed } = counters!;
      expectBalanced(counters!);
      expect({ hit: hits, created, raced, 'not-stored': notStored }).toEqual(results);
      expect(failed).toBe(0);
    }
    // The race took place: on every side there were misses, and entries of former owners.
    expect(kernel('inserted')).toBeGreaterThan(0);
    expect(sum(({ results }) => results.created)).toBeGreaterThan(0);
    expect(sum(({ results }) => results.raced)).toBeGreaterThan(0);
    expect(figures.stale).toBeGreaterThan(0);
    expect(figures.sabotaged).toBeGreaterThan(0);
    expect(kernel('misses')).toBe(
      kernel('inserted') + kernel('raced') + kernel('unstored') + kernel('newer'),
    );
    // Every entry that was put in is there, or was taken out by someone who counted it.
    const put = kernel('inserted') + sum(({ results }) => results.created);
    const taken = kernel('deleted') + figures.replaced + figures.sabotaged;
    if (evicts) expect(left).toBeLessThanOrEqual(put - taken);
    else expect(left).toBe(put - taken);
    // All remaining entries are whole.
    for (const [key, value] of statesOf(states)) expect(value.key).toBe(key);
  },
  (seconds + 60) * 1000,
);
