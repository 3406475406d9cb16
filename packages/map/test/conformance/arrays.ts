import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import { typedMap } from '../../src/index.js';
import { mapSpecs } from '../map-specs.js';
import { type ConformanceSubject, u32, v, value } from './subject.js';

export function arrays(subject: ConformanceSubject): void {
  describe('array', () => {
    const make = () => typedMap(subject.make('array'), { key: u32, value });
    const size = mapSpecs.array.maxEntries;

    it('has every index from the start', () => {
      const map = make();
      expect(map.get(0)).toEqual(v(0, ''));
      expect(map.get(size)).toBeUndefined();
      expect([...map.keys()]).toEqual(Array.from({ length: size }, (_, index) => index));
      expect(map.count()).toBe(size);
    });

    it('stores by mode, within its bounds', () => {
      const map = make();
      expect(map.set(3, v(3))).toBe(true);
      expect(map.set(3, v(4), 'create')).toBe(false);
      expect(map.set(3, v(5), 'update')).toBe(true);
      expect(map.setMany([0, 1, 2].map((index) => [index, v(index + 1)] as const))).toBe(3);
      expect([...map.values()].slice(0, 4)).toEqual([v(1), v(2), v(3), v(5)]);
      expect(errorOf(() => map.set(size, v(1)))).toMatchObject({ code: 'INVALID_VALUE' });
    });

    it('deletes nothing', () => {
      const map = make();
      expect(errorOf(() => map.delete(1))).toMatchObject({ code: 'UNSUPPORTED' });
      expect(errorOf(() => map.take(1))).toMatchObject({ code: 'UNSUPPORTED' });
    });
  });

  it('has an array of values at each index of a per-CPU array', () => {
    const map = typedMap(subject.make('percpu_array'), { key: u32, value, perCpu: true });
    const all = Array.from({ length: subject.cpus }, (_, cpu) => v(cpu + 1));
    expect(map.get(1)).toEqual(all.map(() => v(0, '')));
    expect(map.set(1, all)).toBe(true);
    expect([...map.values()].slice(0, 2)).toEqual([all.map(() => v(0, '')), all]);
    expect(map.count()).toBe(mapSpecs.percpu_array.maxEntries);
  });
}
