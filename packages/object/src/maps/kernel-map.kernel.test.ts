import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basicForKernel, kernelSince } from '../../test/kernel.js';
import { features, type KernelMap, type LoadedObject, openObject } from '../index.js';

const { ENOENT, EEXIST, EINVAL, EOPNOTSUPP, E2BIG } = constants.errno;
let object: LoadedObject;
beforeAll(() => {
  object = openObject(basicForKernel()).load();
});
afterAll(() => object.close());

const u32 = (...values: number[]) => new Uint8Array(new Uint32Array(values).buffer);
const u64 = (...values: bigint[]) => new Uint8Array(new BigUint64Array(values).buffer);
const keysOf = (map: KernelMap): Uint8Array[] => {
  const keys: Uint8Array[] = [];
  let next = new Uint8Array(map.keySize);
  while (map.nextKey(keys.at(-1) ?? null, next) === 0) {
    keys.push(next);
    next = new Uint8Array(map.keySize);
  }
  return keys;
};
const empty = (map: KernelMap): void => {
  for (const key of keysOf(map)) map.delete(key);
};

describe('a hash map', () => {
  test('describes itself', () => {
    const table = object.map('table');
    expect(table).toMatchObject({
      name: 'table',
      type: 1,
      keySize: 4,
      valueSize: 8,
      maxEntries: 64,
      slots: 1,
      valueBytes: 8,
    });
    expect(table.fd).toBeGreaterThan(2);
  });

  test('looks up, updates with flags, and deletes; a status is -errno', () => {
    const table = object.map('table');
    empty(table);
    const value = new Uint8Array(8);
    expect(table.lookup(u32(1), value)).toBe(-ENOENT);
    expect(table.update(u32(1), u64(5n), 2)).toBe(-ENOENT);
    expect(table.update(u32(1), u64(5n), 1)).toBe(0);
    expect(table.update(u32(1), u64(6n), 1)).toBe(-EEXIST);
    expect(table.update(u32(1), u64(2n ** 64n - 1n), 2)).toBe(0);
    expect(table.update(u32(1), u64(1n), 99)).toBe(-EINVAL);
    expect(table.lookup(u32(1), value)).toBe(0);
    expect(value).toEqual(u64(2n ** 64n - 1n));
    expect(table.delete(u32(1))).toBe(0);
    expect(table.delete(u32(1))).toBe(-ENOENT);
  });

  test('knows buffers that come again, and refuses them once their memory is gone', () => {
    const table = object.map('table');
    empty(table);
    const [key, other, value] = [new Uint8Array(4), new Uint8Array(4), new Uint8Array(8)];
    const numbers = [1, 2, 3, 4, 5, 6];
    for (const number of numbers) {
      key.set(u32(number));
      value.set(u64(BigInt(number)));
      expect(table.update(key, value, 0)).toBe(0);
    }
    for (const number of [...numbers, ...numbers]) {
      const asked = number % 3 === 0 ? other : key;
      asked.set(u32(number));
      expect(table.lookup(asked, value)).toBe(0);
      expect(value).toEqual(u64(BigInt(number)));
    }
    expect(table.delete(key)).toBe(0);
    expect(table.delete(key)).toBe(-ENOENT);
    structuredClone(value.buffer, { transfer: [value.buffer] });
    expect(() => table.lookup(key, value)).toThrow(expect.objectContaining({ code: 'MAP_LAYOUT' }));
  });

  test('reads and deletes in one step, since 5.14', () => {
    const table = object.map('table');
    const value = new Uint8Array(8);
    table.update(u32(9), u64(81n), 0);
    if (!kernelSince('5.14')) {
      expect(table.lookupAndDelete(u32(9), value)).toBe(-EOPNOTSUPP);
      return;
    }
    expect(table.lookupAndDelete(u32(9), value)).toBe(0);
    expect(value).toEqual(u64(81n));
    expect(table.lookupAndDelete(u32(9), value)).toBe(-ENOENT);
  });

  test('is full at its size', () => {
    const table = object.map('table');
    empty(table);
    for (let key = 0; key < 64; key++) expect(table.update(u32(key), u64(1n), 0)).toBe(0);
    expect(table.update(u32(64), u64(1n), 0)).toBe(-E2BIG);
    expect(keysOf(table)).toHaveLength(64);
    empty(table);
    expect(table.nextKey(null, new Uint8Array(4))).toBe(-ENOENT);
  });

  test('moves many entries at a time', () => {
    const table = object.map('table');
    empty(table);
    const keys = u32(...Array.from({ length: 50 }, (_, index) => index));
    const values = u64(...Array.from({ length: 50 }, (_, index) => BigInt(index) ** 2n));
    expect(table.updateBatch(keys, values, 50, 0)).toEqual({ status: 0, done: 50 });
    expect(table.updateBatch(keys, values, 50, 1)).toEqual({ status: -EEXIST, done: 0 });
    table.delete(u32(0));
    table.delete(u32(1));
    expect(table.updateBatch(keys, values, 50, 1)).toEqual({ status: -EEXIST, done: 2 });
    expect(table.updateBatch(keys, values, 50, 2)).toEqual({ status: 0, done: 50 });

    const seen = new Map<number, bigint>();
    const room = {
      cursor: new Uint8Array(8),
      keys: new Uint8Array(20 * 4),
      values: new Uint8Array(20 * 8),
      count: 20,
    };
    let status = 0;
    for (let first = true; status === 0; first = false) {
      const batch = table.lookupBatch({ first, ...room });
      status = batch.status;
      for (let index = 0; index < batch.done; index++) {
        const key = new DataView(room.keys.buffer).getUint32(index * 4, true);
        seen.set(key, new DataView(room.values.buffer).getBigUint64(index * 8, true));
      }
    }
    expect(status).toBe(-ENOENT);
    expect(seen).toEqual(new Map(Array.from({ length: 50 }, (_, index) => [index, BigInt(index) ** 2n])));

    expect(table.deleteBatch(keys, 50)).toEqual({ status: 0, done: 50 });
    expect(table.deleteBatch(keys, 50)).toEqual({ status: -ENOENT, done: 0 });
  });

  test('never lets the kernel write past a buffer', () => {
    const table = object.map('table');
    const short = expect.objectContaining({ code: 'MAP_LAYOUT' });
    for (const call of [
      () => table.lookup(new Uint8Array(3), new Uint8Array(8)),
      () => table.lookup(u32(1), new Uint8Array(7)),
      () => table.update(u32(1), new Uint8Array(7), 0),
      () => table.delete(new Uint8Array(0)),
      () => table.nextKey(null, new Uint8Array(3)),
      () => table.nextKey(new Uint8Array(3), u32(1)),
      () => table.lookupAndDelete(u32(1), new Uint8Array(4)),
      () => table.updateBatch(new Uint8Array(8), new Uint8Array(15), 2, 0),
      () => table.deleteBatch(new Uint8Array(7), 2),
      () =>
        table.lookupBatch({
          first: true,
          cursor: new Uint8Array(4),
          keys: u32(1),
          values: u64(1n),
          count: 1,
        }),
    ]) {
      expect(call).toThrow(short);
    }
  });
});

test('a per-CPU map has a slot for each possible CPU, rounded up to 8 bytes', () => {
  const counters = object.map('counters');
  expect(counters.valueBytes).toBe(counters.slots * 8);
  expect(counters.slots).toBeGreaterThanOrEqual(1);
  const value = new Uint8Array(counters.valueBytes);
  const slots = new Uint32Array(value.buffer);
  for (let cpu = 0; cpu < counters.slots; cpu++) slots[2 * cpu] = 100 + cpu;
  expect(counters.update(u32(3), value, 0)).toBe(0);
  const read = new Uint8Array(counters.valueBytes);
  expect(counters.lookup(u32(3), read)).toBe(0);
  expect(read).toEqual(value);

  if (!features.has('syscall_programs')) return;
  const before = totalOf(counters, 0);
  for (let run = 0; run < 10; run++) object.program('compute').testRun({ context: u32(1, 0) });
  expect(totalOf(counters, 0) - before).toBe(10);
});

function totalOf(map: KernelMap, key: number): number {
  const value = new Uint8Array(map.valueBytes);
  map.lookup(u32(key), value);
  return new Uint32Array(value.buffer)
    .filter((_, index) => index % 2 === 0)
    .reduce((total, each) => total + each, 0);
}

test('a queue has no keys', () => {
  const line = object.map('line');
  expect(line.keySize).toBe(0);
  const [none, value] = [new Uint8Array(0), new Uint8Array(4)];
  expect(line.lookupAndDelete(none, value)).toBe(-ENOENT);
  expect(line.update(none, u32(1), 0)).toBe(0);
  expect(line.update(none, u32(2), 0)).toBe(0);
  expect(line.lookupAndDelete(none, value)).toBe(0);
  expect(value).toEqual(u32(1));
});

test('an array has nothing to delete', () => {
  const counters = object.map('counters');
  expect(counters.delete(u32(0))).toBe(-EINVAL);
  expect(counters.lookupAndDelete(u32(0), new Uint8Array(counters.valueBytes))).toBe(-EOPNOTSUPP);
});

test('an LRU map makes room for what is new', () => {
  const recent = object.map('recent');
  for (let key = 0n; key < 1000n; key++) expect(recent.update(u64(key), u32(1, 2), 0)).toBe(0);
  const kept = keysOf(recent).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(128);
});
