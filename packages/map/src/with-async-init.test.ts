import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectBalanced, identity, type State, s, stateMap } from '../test/states.js';
import { withAsyncInit } from './with-init.js';

/** An init that waits until it is told; counts how often it ran. */
function slowInit(build: (key: number, want: number) => State = (_, want) => s(want, 1)) {
  const waiting: (() => void)[] = [];
  let runs = 0;
  const init = async (key: number, want: number): Promise<State> => {
    runs++;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
    return build(key, want);
  };
  const release = async (): Promise<void> => {
    for (const resolve of waiting.splice(0)) resolve();
    // Lets everything that was waiting for it run, joiners that start over included.
    await setImmediate();
  };
  return { init, release, runs: () => runs };
}

describe('asynchronous lookupOrInit', () => {
  it('runs init once for a hundred who ask for one key', async () => {
    const { map } = stateMap();
    const slow = slowInit();
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const asked = Array.from({ length: 100 }, () => states.lookupOrInit(5, 2));
    await slow.release();
    const results = await Promise.all(asked);
    expect(slow.runs()).toBe(1);
    expect(results.every(({ value }) => value.start === 2 && value.fact === 1)).toBe(true);
    expect(results.map(({ outcome }) => outcome)).toEqual(['created', ...new Array(99).fill('raced')]);
    expect(states.counters).toMatchObject({ lookups: 100, created: 1, raced: 99, joined: 99 });
    expectBalanced(states.counters);
    expect((await states.lookupOrInit(5, 2)).outcome).toBe('hit');
  });

  it('runs inits of different keys side by side', async () => {
    const { map } = stateMap();
    const slow = slowInit();
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const asked = [1, 2, 3].map((key) => states.lookupOrInit(key, key));
    expect(slow.runs()).toBe(3);
    await slow.release();
    expect((await Promise.all(asked)).map(({ value }) => value.start)).toEqual([1, 2, 3]);
  });

  it('never gives one identity what was built for another', async () => {
    const { map } = stateMap();
    const slow = slowInit();
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const old = states.lookupOrInit(5, 2);
    const young = states.lookupOrInit(5, 3);
    expect(slow.runs()).toBe(1);
    await slow.release();
    expect(await old).toEqual({ outcome: 'created', value: s(2, 1) });
    expect(slow.runs()).toBe(2);
    await slow.release();
    expect(await young).toEqual({ outcome: 'created', value: s(3, 1) });
    expect(map.get(5)).toEqual(s(3, 1));
    expectBalanced(states.counters);
  });

  it('lets the kernel win that inserts while init runs', async () => {
    const { map } = stateMap();
    const slow = slowInit();
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const asked = states.lookupOrInit(5, 2);
    map.set(5, s(2, 99));
    await slow.release();
    expect(await asked).toEqual({ outcome: 'raced', value: s(2, 99) });
  });

  it('fails for all who waited, leaves nothing behind, and tries anew for the next', async () => {
    const { map } = stateMap();
    const cause = new Error('gone');
    let broken = true;
    const slow = slowInit((_, want) => {
      if (broken) throw cause;
      return s(want, 1);
    });
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const asked = [states.lookupOrInit(5, 2), states.lookupOrInit(5, 2)].map((it) =>
      it.catch((error) => error),
    );
    await slow.release();
    for (const error of await Promise.all(asked)) expect(error).toMatchObject({ code: 'INIT_FAILED', cause });
    expect(map.count()).toBe(0);
    expect(states.counters).toMatchObject({ lookups: 2, failed: 2, joined: 1 });
    expectBalanced(states.counters);
    broken = false;
    const again = states.lookupOrInit(5, 2);
    await slow.release();
    expect((await again).outcome).toBe('created');
  });

  it('does not fail one identity for the failure of another', async () => {
    const { map } = stateMap();
    const slow = slowInit((_, want) => {
      if (want === 2) throw new Error('gone');
      return s(want, 1);
    });
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const old = states.lookupOrInit(5, 2).catch((error) => error);
    const young = states.lookupOrInit(5, 3);
    await slow.release();
    expect(await old).toMatchObject({ code: 'INIT_FAILED' });
    await slow.release();
    expect(await young).toEqual({ outcome: 'created', value: s(3, 1) });
  });

  it('shares a value that could not be stored', async () => {
    const { raw, map } = stateMap();
    const slow = slowInit();
    const states = withAsyncInit(map, { init: slow.init, ...identity });
    const asked = [states.lookupOrInit(5, 2), states.lookupOrInit(5, 2)];
    raw.failNext('update', 7);
    await slow.release();
    expect((await Promise.all(asked)).map(({ outcome }) => outcome)).toEqual(['not-stored', 'not-stored']);
    expectBalanced(states.counters);
  });
});
