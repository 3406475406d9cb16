import { errorOf } from '@spoor/core/testing';
import { expect, it } from 'vitest';
import { typedMap, typedQueue } from '../../src/index.js';
import { mapSpecs } from '../map-specs.js';
import { type ConformanceSubject, u32 } from './subject.js';

export function queues(subject: ConformanceSubject): void {
  for (const spec of ['queue', 'stack'] as const) {
    it(`hands out the values of a ${spec} in its order`, () => {
      const queue = typedQueue(subject.make(spec), { value: u32 });
      const order = (pushed: readonly number[]) => (spec === 'queue' ? pushed : pushed.toReversed());
      expect(queue.pop()).toBeUndefined();
      expect(queue.peek()).toBeUndefined();
      const size = mapSpecs[spec].maxEntries;
      const values = Array.from({ length: size }, (_, index) => index + 1);
      for (const it of values) expect(queue.push(it)).toBe(true);
      expect(queue.push(99)).toBe(false);
      expect(queue.peek()).toBe(order(values)[0]);
      expect(queue.push(99, { dropOldest: true })).toBe(true);
      expect([...queue.drain()]).toEqual(order([...values.slice(1), 99]));
      expect(queue.pop()).toBeUndefined();
    });
  }
}

export function mapsOfMaps(subject: ConformanceSubject): void {
  for (const spec of ['array_of_maps', 'hash_of_maps'] as const) {
    it(`puts maps into a map: ${spec}`, () => {
      const map = typedMap(subject.make(spec), { key: u32, value: u32 });
      const inner = subject.innerMap();
      expect(map.get(1)).toBeUndefined();
      expect(map.delete(1)).toBe(false);
      expect(map.set(1, inner.fd)).toBe(true);
      expect(map.get(1)).toBe(inner.id);
      expect([...map]).toEqual([[1, inner.id]]);
      expect(errorOf(() => map.set(2, 1_000_000))).toMatchObject({ code: 'WRONG_PHASE', errno: 9 });
      expect(map.delete(1)).toBe(true);
      expect(map.get(1)).toBeUndefined();
    });
  }
}
