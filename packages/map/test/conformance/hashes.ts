import { errorOf } from '@spoor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TypedMap, typedMap, withInit } from '../../src/index.js';
import { byId, type ConformanceSubject, type Key, k, key, sorted, type Value, v, value } from './subject.js';

export function hashKinds(subject: ConformanceSubject, spec: 'hash' | 'lru_hash'): void {
  const make = () => typedMap(subject.make(spec), { key, value });

  describe(spec, () => {
    it('answers a miss with undefined or false', () => {
      const map = make();
      expect(map.get(k(1))).toBeUndefined();
      expect(map.getStable(k(1))).toBeUndefined();
      expect(map.has(k(1))).toBe(false);
      expect(map.delete(k(1))).toBe(false);
      expect(map.take(k(1))).toBeUndefined();
      expect([...map]).toEqual([]);
      expect(map.count()).toBe(0);
    });

    it('stores by mode', () => {
      const map = make();
      expect(map.set(k(1), v(1), 'update')).toBe(false);
      expect(map.set(k(1), v(1), 'create')).toBe(true);
      expect(map.set(k(1), v(2), 'create')).toBe(false);
      expect(map.get(k(1))).toEqual(v(1));
      expect(map.set(k(1), v(3), 'update')).toBe(true);
      expect(map.set(k(1), v(4, 'twelve bytes'))).toBe(true);
      expect(map.get(k(1))).toEqual(v(4, 'twelve bytes'));
      expect(map.getStable(k(1))).toEqual(v(4, 'twelve bytes'));
    });

    it('fills a target that is given, and leaves it alone on a miss', () => {
      const map = make();
      map.set(k(1), v(7, 'seven'));
      const target = v(0, '');
      expect(map.getInto(k(2), target)).toBe(false);
      expect(target).toEqual(v(0, ''));
      expect(map.getInto(k(1), target)).toBe(true);
      expect(target).toEqual(v(7, 'seven'));
    });

    it('takes an entry out once', () => {
      const map = make();
      map.set(k(1), v(1));
      expect(map.take(k(1))).toEqual(v(1));
      expect(map.take(k(1))).toBeUndefined();
      expect(map.has(k(1))).toBe(false);
    });

    it('reads like a Map', () => {
      const map = make();
      const entries = [1, 2, 3].map((id) => [k(id), v(id)] as [Key, Value]);
      for (const [id, it] of entries) map.set(id, it);
      expect([...map].sort(byId)).toEqual(entries);
      expect([...map.entries()].sort(byId)).toEqual(entries);
      expect(sorted([...map.keys()].map(({ id }) => id))).toEqual([1, 2, 3]);
      expect(sorted([...map.values()].map(({ count }) => count))).toEqual([1n, 2n, 3n]);
      expect(map.count()).toBe(3);
    });

    it('stores, finds and deletes many at once, more than a batch, some of them missing', () => {
      const map = make();
      const ids = Array.from({ length: 600 }, (_, id) => id);
      expect(map.setMany(ids.map((id) => [k(id), v(id)] as const))).toBe(600);
      expect(
        map.setMany(
          [0, 1000].map((id) => [k(id), v(1)] as const),
          'create',
        ),
      ).toBe(1);
      expect(map.getMany([k(1000), k(1001), k(599)])).toEqual([v(1), undefined, v(599)]);
      expect(map.count()).toBe(601);
      expect(map.deleteMany([k(5000), ...ids.map(k), k(5001)])).toBe(600);
      expect([...map]).toEqual([[k(1000), v(1)]]);
    });

    it('visits every entry once while each is deleted as it comes', () => {
      const map = make();
      map.setMany(Array.from({ length: 700 }, (_, id) => [k(id), v(id)] as const));
      const visited = new Set<number>();
      for (const [{ id, kind }] of map) {
        expect(visited.has(id)).toBe(false);
        visited.add(id);
        expect(map.delete({ id, kind })).toBe(true);
      }
      expect(visited.size).toBe(700);
      expect(map.count()).toBe(0);
    });

    it('initialises a miss, finds it the next time, and leaves nothing of one that failed', () => {
      const map = make();
      let inits = 0;
      const state = withInit(map, {
        init: ({ id }) => {
          inits++;
          if (id === 13) throw new Error('unlucky');
          return v(id, 'init');
        },
      });
      expect(state.lookupOrInit(k(4))).toEqual({ outcome: 'created', value: v(4, 'init') });
      expect(state.lookupOrInit(k(4))).toEqual({ outcome: 'hit', value: v(4, 'init') });
      expect(map.get(k(4))).toEqual(v(4, 'init'));
      expect(errorOf(() => state.lookupOrInit(k(13)))).toMatchObject({ code: 'INIT_FAILED' });
      expect(map.has(k(13))).toBe(false);
      expect(inits).toBe(2);
    });

    it('does what a Map does, step for step', () => {
      fc.assert(
        fc.property(fc.array(stepArbitrary, { maxLength: 60 }), (steps) => {
          const map = make();
          const model = new Map<number, Value>();
          for (const step of steps) applyStep(map, model, step);
          const entries = [...model].map(([id, it]) => [k(id), it] as [Key, Value]);
          expect([...map].sort(byId)).toEqual(entries.sort(byId));
        }),
        { numRuns: subject.name === 'memory' ? 200 : 15 },
      );
    });
  });
}

/** Eight keys, so that steps meet; an LRU of 4,096 evicts none of them. */
const stepArbitrary = fc.record({
  act: fc.constantFrom('set', 'create', 'update', 'delete', 'take', 'get', 'init'),
  id: fc.nat(7),
  count: fc.nat(1_000_000),
});

function applyStep(
  map: TypedMap<Key, Value>,
  model: Map<number, Value>,
  { act, id, count }: { act: string; id: number; count: number },
): void {
  const old = model.get(id);
  const mine = v(count);
  if (act === 'get') expect(map.get(k(id))).toEqual(old);
  else if (act === 'take') expect(map.take(k(id))).toEqual(old);
  else if (act === 'delete') expect(map.delete(k(id))).toBe(old !== undefined);
  else if (act === 'init') {
    const { value: got } = withInit(map, { init: () => mine }).lookupOrInit(k(id));
    expect(got).toEqual(old ?? mine);
  } else {
    const allowed = act === 'set' || (act === 'create') === (old === undefined);
    expect(map.set(k(id), mine, act === 'set' ? 'any' : (act as 'create' | 'update'))).toBe(allowed);
    if (allowed) model.set(id, mine);
  }
  if (act === 'take' || act === 'delete') model.delete(id);
  if (act === 'init' && old === undefined) model.set(id, mine);
}
