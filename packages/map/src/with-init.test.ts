import { errno } from '@spoor/core';
import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import { expectBalanced, identity, type State, s, stateMap, typedStates } from '../test/states.js';
import { withInit } from './with-init.js';

const init = (_: number, want: number): State => s(want, 1);

describe('lookupOrInit', () => {
  it('initialises a miss and hits the next time', () => {
    const { map } = stateMap();
    const states = withInit<number, State>(map, { init: (key) => s(key, 1) });
    expect(states.lookupOrInit(5)).toEqual({ outcome: 'created', value: s(5, 1) });
    expect(states.lookupOrInit(5)).toEqual({ outcome: 'hit', value: s(5, 1) });
    expect(states.counters).toMatchObject({ lookups: 2, hits: 1, misses: 1, created: 1 });
    expectBalanced(states.counters);
  });

  it('lets the insert win that came while init ran', () => {
    const { map } = stateMap();
    const states = withInit(map, {
      init: (key: number) => {
        map.set(key, s(1, 99));
        return s(1, 1);
      },
    });
    expect(states.lookupOrInit(5)).toEqual({ outcome: 'raced', value: s(1, 99) });
    expect(map.get(5)).toEqual(s(1, 99));
    expect(states.counters.raced).toBe(1);
  });

  it('tries again when the entry that won is evicted before it is read', () => {
    const { raw, map } = stateMap();
    const states = withInit(map, { init: () => s(1, 1) });
    raw.beforeNext('update', () => void map.set(5, s(1, 99)));
    raw.beforeNext('lookup', () => undefined);
    raw.beforeNext('lookup', (key) => void raw.evict(key!));
    expect(states.lookupOrInit(5)).toEqual({ outcome: 'created', value: s(1, 1) });
  });

  it.each([errno.E2BIG, errno.ENOMEM, errno.EBUSY])(
    'has the value though it could not be stored (%i)',
    (number) => {
      const { raw, map } = stateMap();
      const states = withInit(map, { init: () => s(1, 1) });
      raw.failNext('update', number);
      expect(states.lookupOrInit(5)).toEqual({ outcome: 'not-stored', value: s(1, 1) });
      expect(map.has(5)).toBe(false);
      expect(states.counters.notStored).toBe(1);
      expectBalanced(states.counters);
    },
  );

  it('finds the entry of another when its own could not be stored', () => {
    const { raw, map } = stateMap();
    const states = withInit(map, { init: () => s(1, 1) });
    raw.failNext('update', errno.ENOMEM);
    raw.beforeNext('lookup', () => undefined);
    raw.beforeNext('lookup', () => void map.set(5, s(1, 99)));
    expect(states.lookupOrInit(5)).toEqual({ outcome: 'raced', value: s(1, 99) });
  });

  it('is an error with its cause when init fails, and leaves nothing behind', () => {
    const { map } = stateMap();
    const cause = new Error('no such process');
    const states = withInit(map, {
      init: () => {
        throw cause;
      },
    });
    const error = errorOf(() => states.lookupOrInit(5));
    expect(error.code).toBe('INIT_FAILED');
    expect(error.cause).toBe(cause);
    expect(error.message).toBe('map hash: no value for 5: no such process');
    expect(map.count()).toBe(0);
    expect(states.counters).toMatchObject({ misses: 1, failed: 1 });
    expectBalanced(states.counters);
  });

  it('passes on what is neither a miss nor lack of room, with its books in balance', () => {
    const { raw, map } = stateMap();
    const states = withInit(map, { init: () => s(1, 1) });
    raw.failNext('lookup', errno.EPERM);
    expect(errorOf(() => states.lookupOrInit(5))).toMatchObject({ code: 'NO_PRIVILEGE', errno: errno.EPERM });
    raw.failNext('update', errno.EBADF);
    expect(errorOf(() => states.lookupOrInit(5)).code).toBe('WRONG_PHASE');
    expect(states.counters).toMatchObject({ lookups: 2, failed: 2 });
    expectBalanced(states.counters);
  });

  it('allows init to ask for other keys, and refuses the one that it builds', () => {
    const { map } = stateMap();
    const states = withInit<number, State>(map, {
      init: (key): State => (key === 0 ? s(0) : s(key, states.lookupOrInit(key - 1).value.fact + 1)),
    });
    expect(states.lookupOrInit(3)).toEqual({ outcome: 'created', value: s(3, 3) });
    expect(map.count()).toBe(4);
    const circular = withInit<number, State>(map, { init: (key): State => circular.lookupOrInit(key).value });
    const error = errorOf(() => circular.lookupOrInit(7));
    expect(error.code).toBe('INIT_FAILED');
    expect(error.message).toContain('init asked for the key that it was building');
    expect(map.has(7)).toBe(false);
  });

  it('does not store what may not be stored', () => {
    const { raw, map } = stateMap();
    const states = withInit(map, { init, ...identity, mayStore: (value) => value.start !== 2 });
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'not-stored', value: s(2, 1) });
    expect(map.has(5)).toBe(false);
    raw.beforeNext('lookup', () => undefined);
    raw.beforeNext('lookup', () => void map.set(5, s(2, 99)));
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'raced', value: s(2, 99) });
    expect(states.lookupOrInit(6, 3).outcome).toBe('created');
  });
});

describe('lookupOrInit with an identity', () => {
  it('turns a stale entry into a miss and replaces it', () => {
    const { map } = stateMap();
    map.set(5, s(1, 50));
    const states = withInit(map, { init, ...identity });
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'created', value: s(2, 1) });
    expect(map.get(5)).toEqual(s(2, 1));
    expect(states.counters).toMatchObject({ misses: 1, stale: 1, replaced: 1, created: 1 });
  });

  it('replaces it in two steps where the kernel cannot take in one', () => {
    const { raw, map } = stateMap();
    map.set(5, s(1, 50));
    raw.failNext('lookupAndDelete', errno.EOPNOTSUPP);
    const states = withInit(map, { init, ...identity });
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'created', value: s(2, 1) });
  });

  it('leaves a newer entry alone: the process that was asked for is the stale one', () => {
    const { raw, map } = stateMap();
    map.set(5, s(9, 90));
    const states = withInit(map, { init, ...identity });
    raw.beforeNext('lookupAndDelete', () => expect.unreachable('it was taken out'));
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'not-stored', value: s(2, 1) });
    expect(map.get(5)).toEqual(s(9, 90));
    expect(states.counters).toMatchObject({ stale: 1, replaced: 0, notStored: 1 });
  });

  it('puts back the wanted entry when another replaced the stale one just before it was taken', () => {
    const { raw, map } = stateMap();
    map.set(5, s(1, 50));
    const states = withInit(map, { init, ...identity });
    raw.beforeNext('lookupAndDelete', () => void map.set(5, s(2, 99)));
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'raced', value: s(2, 99) });
    expect(map.get(5)).toEqual(s(2, 99));
    expect(states.counters.replaced).toBe(0);
  });

  it('puts back a newer entry too, and does not store its own over it', () => {
    const { raw, map } = stateMap();
    map.set(5, s(1, 50));
    const states = withInit(map, { init, ...identity });
    raw.beforeNext('lookupAndDelete', () => void map.set(5, s(3, 99)));
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'not-stored', value: s(2, 1) });
    expect(map.get(5)).toEqual(s(3, 99));
  });

  it('lets an entry win that came when the stale one had been taken out', () => {
    const { raw, map } = stateMap();
    map.set(5, s(1, 50));
    const states = withInit(map, { init, ...identity });
    raw.beforeNext('update', () => undefined);
    raw.beforeNext('update', () => void map.set(5, s(2, 99)));
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'raced', value: s(2, 99) });
  });

  it('gives up storing, not answering, when the key changes hands all the time', () => {
    const { raw, map } = stateMap();
    map.set(5, s(1, 50));
    const states = withInit(map, { init, isSame: identity.isSame });
    // Another identity is there whenever an insert is tried.
    const rival = (): void => {
      raw.evict(Uint8Array.of(5, 0, 0, 0));
      map.set(5, s(7, 70));
      raw.beforeNext('update', rival);
      raw.beforeNext('update', () => undefined);
    };
    rival();
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'not-stored', value: s(2, 1) });
  });

  it('refuses a value of another identity from init', () => {
    const { map } = stateMap();
    const states = withInit(map, { init: () => s(8), ...identity });
    const error = errorOf(() => states.lookupOrInit(5, 2));
    expect(error.code).toBe('INIT_FAILED');
    expect(error.cause).toMatchObject({ code: 'IDENTITY_MISMATCH' });
    expect(map.count()).toBe(0);
    expectBalanced(states.counters);
  });

  it('leaves a stale entry as it is when init fails', () => {
    const { map } = stateMap();
    map.set(5, s(1, 50));
    const states = withInit(map, {
      ...identity,
      init: () => {
        throw new Error('gone');
      },
    });
    expect(errorOf(() => states.lookupOrInit(5, 2)).code).toBe('INIT_FAILED');
    expect(map.get(5)).toEqual(s(1, 50));
  });
});

describe('torn values', () => {
  /** A raw map whose every read is torn in another way. */
  const torn = () => {
    const { raw } = stateMap();
    let reads = 0;
    const tearing = Object.create(raw, {
      update: { value: raw.update.bind(raw) },
      lookup: {
        value: (key: Uint8Array, value: Uint8Array) => {
          const status = raw.lookup(key, value);
          value[7] = reads++;
          return status;
        },
      },
    });
    return typedStates(tearing);
  };

  it('are never returned: no reads agree, so the value is built anew', () => {
    const map = torn();
    map.set(5, s(2, 50));
    const states = withInit(map, { init, ...identity });
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'not-stored', value: s(2, 1) });
    expect(errorOf(() => map.getStable(5)).code).toBe('MAP_BUSY');
  });

  it('are not taken for whole when they agree by chance', () => {
    const { raw } = stateMap();
    let reads = 0;
    const map = typedStates(
      Object.create(raw, {
        update: { value: raw.update.bind(raw) },
        lookup: {
          value: (key: Uint8Array, value: Uint8Array) => {
            const status = raw.lookup(key, value);
            // The first four reads are torn alike.
            if (reads++ < 4) value[4] = 99;
            return status;
          },
        },
      }),
    );
    map.set(5, s(2, 50));
    expect(map.getStable(5)).toEqual(s(2, 50));
    expect(reads).toBe(9);
  });

  it('are returned to those who accept them', () => {
    const map = torn();
    map.set(5, s(2, 50));
    expect(withInit(map, { init, ...identity, stable: false }).lookupOrInit(5, 2).outcome).toBe('hit');
  });

  it('that say so themselves are read again', () => {
    const { raw, map } = stateMap();
    map.set(5, s(2, 0));
    const states = withInit(map, { init, ...identity, isWhole: ({ fact }) => fact !== 0 });
    // The writer finishes between the first look (five reads) and the second.
    for (let read = 0; read < 5; read++) raw.beforeNext('lookup', () => undefined);
    raw.beforeNext('lookup', () => void map.set(5, s(2, 7)));
    expect(states.lookupOrInit(5, 2)).toEqual({ outcome: 'hit', value: s(2, 7) });
  });
});
