import { spawnSync } from 'node:child_process';
import { RingReader } from '@spoor/ring';
import { expect, test } from 'vitest';
import { basicForKernel } from '../../test/kernel.js';
import { mapRing, openObject } from '../index.js';

const basic = basicForKernel();

test('a mapped ring hands what programs submit to a reader', () => {
  using opened = openObject(basic);
  using loaded = opened
    .setConstant('mode', 'MODE_LOUD')
    .resizeMap('ring', 65536)
    .disableProgram('on_fork')
    .load();
  using memory = mapRing(loaded.map('ring'));
  expect(memory.size).toBe(65536);
  const reader = new RingReader(memory);
  expect(reader.drain(() => undefined)).toBe(0);
  loaded.attach();
  const { pid } = spawnSync('true');
  const records: [number, number, number][] = [];
  reader.drain((data, offset, length) => {
    records.push([length, data.u32[offset >>> 2] ?? 0, data.u32[(offset >>> 2) + 1] ?? 0]);
  });
  expect(records).toContainEqual([8, pid, 2]);
  reader.close();
});

test('a ring outlives its object, and reads zeros once it is unmapped', () => {
  const loaded = openObject(basic).load();
  const memory = mapRing(loaded.map('ring'));
  loaded.attach();
  spawnSync('true');
  loaded.close();
  const reader = new RingReader(memory);
  expect(reader.drain(() => undefined)).toBeGreaterThanOrEqual(1);
  reader.close();
  const producer = new BigUint64Array(memory.producer, 0, 1);
  expect(producer[0]).not.toBe(0n);
  memory[Symbol.dispose]();
  memory[Symbol.dispose]();
  expect(producer[0]).toBe(0n);
});

test('only a ring that is read, and not overwritten, is mapped', () => {
  using loaded = openObject(basic).load();
  const kind = expect.objectContaining({ code: 'MAP_KIND' });
  expect(() => mapRing(loaded.map('table'))).toThrow(kind);
  const ring = loaded.map('ring');
  expect(() => mapRing(altered(ring, { flags: 1 << 19 }))).toThrow(kind);
  for (const longestRecord of [0, -8, Number.NaN])
    expect(() => mapRing(ring, { longestRecord })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  expect(() => mapRing(altered(ring, { maxEntries: 12288 }))).toThrow(
    expect.objectContaining({ code: 'RING_SIZE' }),
  );
  loaded.close();
  expect(() => mapRing(ring)).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
});

/** The map as a kernel would describe it that this one is not. */
function altered<T extends object>(map: T, facts: Partial<T>): T {
  return new Proxy(map, {
    get: (target, name) => (name in facts ? Reflect.get(facts, name) : Reflect.get(target, name, target)),
  });
}
