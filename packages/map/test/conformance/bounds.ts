import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import { typedMap, withInit } from '../../src/index.js';
import { mapSpecs, type SpecName } from '../map-specs.js';
import { byId, type ConformanceSubject, k, key, v, value } from './subject.js';

export function perCpuHashes(subject: ConformanceSubject, spec: 'percpu_hash' | 'lru_percpu_hash'): void {
  const make = () => typedMap(subject.make(spec), { key, value, perCpu: true });
  const all = (base: number) => Array.from({ length: subject.cpus }, (_, cpu) => v(base + cpu, `cpu ${cpu}`));

  describe(spec, () => {
    it('has an array of values, one a possible CPU', () => {
      const map = make();
      expect(map.set(k(1), all(10))).toBe(true);
      expect(map.get(k(1))).toEqual(all(10));
      expect([...map]).toEqual([[k(1), all(10)]]);
      expect(map.take(k(1))).toEqual(all(10));
      expect(map.get(k(1))).toBeUndefined();
    });

    it('fills the objects of an array that is given', () => {
      const map = make();
      map.set(k(1), all(10));
      const target = all(0);
      const first = target[0];
      expect(map.getInto(k(1), target)).toBe(true);
      expect(target).toEqual(all(10));
      expect(target[0]).toBe(first);
    });

    it('stores and deletes many', () => {
      const map = make();
      const ids = Array.from({ length: 40 }, (_, id) => id);
      expect(map.setMany(ids.map((id) => [k(id), all(id)] as const))).toBe(40);
      expect([...map].sort(byId)).toEqual(ids.map((id) => [k(id), all(id)]));
      expect(map.deleteMany(ids.map(k))).toBe(40);
      expect(map.count()).toBe(0);
    });

    it('refuses an array of another length', () => {
      const refused = errorOf(() => make().set(k(1), [...all(1), v(1)]));
      expect(refused).toMatchObject({ code: 'INVALID_VALUE' });
      expect(refused.message).toContain(`expected ${subject.cpus} values`);
    });
  });
}

export function fullness(subject: ConformanceSubject): void {
  const fill = (spec: SpecName) => {
    const map = typedMap(subject.make(spec), { key, value });
    for (let id = 0; id < mapSpecs[spec].maxEntries; id++) map.set(k(id), v(id));
    return map;
  };

  it('refuses a new key in a full hash, and goes on replacing', () => {
    const map = fill('small_hash');
    expect(errorOf(() => map.set(k(99), v(99)))).toMatchObject({ code: 'MAP_FULL', errno: 7 });
    expect(map.set(k(0), v(50))).toBe(true);
    expect(map.set(k(0), v(51), 'create')).toBe(false);
    expect(errorOf(() => map.setMany([1, 99, 2].map((id) => [k(id), v(60)] as const)))).toMatchObject({
      code: 'MAP_FULL',
      details: { done: 1 },
    });
    expect(map.getMany([k(0), k(1), k(2)])).toEqual([v(50), v(60), v(2)]);
    expect(map.count()).toBe(mapSpecs.small_hash.maxEntries);
    const state = withInit(map, { init: ({ id }) => v(id, 'init') });
    expect(state.lookupOrInit(k(99))).toEqual({ outcome: 'not-stored', value: v(99, 'init') });
    expect(map.has(k(99))).toBe(false);
    expect(map.delete(k(0))).toBe(true);
    expect(state.lookupOrInit(k(99)).outcome).toBe('created');
  });

  it('lets an LRU evict, and never refuses', () => {
    const map = fill('small_lru_hash');
    for (let id = 100; id < 400; id++) {
      expect(map.set(k(id), v(id))).toBe(true);
      expect(map.get(k(id))).toEqual(v(id));
      expect(map.count()).toBeLessThanOrEqual(mapSpecs.small_lru_hash.maxEntries);
    }
    const evicted = map.getMany(Array.from({ length: 300 }, (_, index) => k(100 + index)));
    expect(evicted.filter((it) => it === undefined).length).toBeGreaterThanOrEqual(
      300 - mapSpecs.small_lru_hash.maxEntries,
    );
  });
}
