import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { basicForKernel } from '../../test/kernel.js';
import { openObject, openRing } from '../index.js';

const basic = basicForKernel();

test('a reader gets what programs submit', () => {
  using opened = openObject(basic);
  using loaded = opened
    .setConstant('mode', 'MODE_LOUD')
    .resizeMap('ring', 65536)
    .disableProgram('on_fork')
    .load();
  const reader = openRing(loaded.map('ring'));
  expect([reader.name, reader.size]).toEqual(['ring', 65536]);
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

test('a ring outlives its object, and reads as zeros once its reader is closed', () => {
  const loaded = openObject(basic).load();
  const reader = openRing(loaded.map('ring'));
  loaded.attach();
  spawnSync('true');
  loaded.close();
  expect(reader.drain(() => undefined)).toBeGreaterThanOrEqual(1);
  const { u32 } = reader.data;
  expect(u32.some((word) => word !== 0)).toBe(true);
  reader.close();
  reader.close();
  expect(u32.some((word) => word !== 0)).toBe(false);
});

test('only a ring that is read, and not overwritten, can be opened', () => {
  using loaded = openObject(basic).load();
  const kind = expect.objectContaining({ code: 'MAP_KIND' });
  expect(() => openRing(loaded.map('table'))).toThrow(kind);
  const ring = loaded.map('ring');
  expect(() => openRing(altered(ring, { flags: 1 << 19 }))).toThrow(kind);
  for (const longestRecord of [0, -8, Number.NaN])
    expect(() => openRing(ring, { longestRecord })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  expect(() => openRing(altered(ring, { maxEntries: 12288 }))).toThrow(
    expect.objectContaining({ code: 'RING_SIZE' }),
  );
  loaded.close();
  expect(() => openRing(ring)).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
});

/** The map as a kernel would describe it that this one is not. */
function altered<T extends object>(map: T, facts: Partial<T>): T {
  return new Proxy(map, {
    get: (target, name) => (name in facts ? Reflect.get(facts, name) : Reflect.get(target, name, target)),
  });
}
