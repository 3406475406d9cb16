import type { BatchRequest } from '@spoor/core';
import { errno } from '@spoor/core';
import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import { typedMap } from './map-view.js';
import { type MemoryMap, type MemoryMapOptions, memoryMap } from './memory/memory-map.js';

const u32 = { kind: 'int', size: 4, signed: false } as const;

function make(options: Partial<MemoryMapOptions> = {}) {
  const raw = memoryMap({ kind: 'hash', keySize: 4, valueSize: 4, maxEntries: 64, ...options });
  return { raw, map: typedMap(raw, { key: u32, value: u32 }) };
}

const fill = (map: ReturnType<typeof make>['map'], count: number): number[] => {
  const keys = Array.from({ length: count }, (_, index) => index);
  for (const key of keys) map.set(key, key * 10);
  return keys;
};
const ascending = (one: number, other: number): number => one - other;

describe('a walk by batches', () => {
  it('grows its buffers for a bucket that exceeds them', () => {
    // The first buffers hold 1,024 entries; all 1,500 are in one bucket.
    const { map } = make({ hash: () => 0, maxEntries: 2_000 });
    const keys = fill(map, 1_500);
    expect([...map.keys()].sort(ascending)).toEqual(keys);
  });

  it('goes on after an interruption, and after a bucket whose lock was taken', () => {
    const { raw, map } = make();
    const keys = fill(map, 20);
    raw.failNext('lookupBatch', errno.EINTR, 3);
    raw.failNext('lookupBatch', errno.EBUSY, 3);
    expect([...map.keys()].sort(ascending)).toEqual(keys);
  });

  it('gives up on what does not pass, and names map, call and errno', () => {
    const { raw, map } = make();
    raw.failNext('lookupBatch', errno.EINTR, 100);
    const error = errorOf(() => map.count());
    expect(error).toMatchObject({
      code: 'SYSCALL_FAILED',
      errno: errno.EINTR,
      call: 'bpf_map_lookup_batch(hash)',
    });
    expect(error.message).toContain('EINTR');
  });

  it('goes key by key where the kernel has no batches', () => {
    for (const missing of [errno.ENOTSUPP, errno.EOPNOTSUPP, errno.EINVAL]) {
      const { raw, map } = make();
      const keys = fill(map, 20);
      raw.failNext('lookupBatch', missing);
      expect([...map.keys()].sort(ascending)).toEqual(keys);
    }
  });

  it('steps over the keys of a trie whose batches started over', () => {
    const trie = memoryMap({ kind: 'lpm_trie', keySize: 8, valueSize: 4, maxEntries: 8 });
    // As generic_map_lookup_batch, when the key at the cursor was deleted: from the first key once
    // more.
    const batches = [
      [1, 2],
      [1, 2, 3],
      [3, 4],
    ];
    const restarting = Object.create(trie, {
      lookupBatch: {
        value: ({ keys, values }: BatchRequest) => {
          const ids = batches.shift() ?? [];
          ids.forEach((id, index) => {
            keys.set([32, 0, 0, 0, 10, 0, 0, id], index * 8);
            values.set([id, 0, 0, 0], index * 4);
          });
          return { status: batches.length === 0 ? -errno.ENOENT : 0, done: ids.length };
        },
      },
    }) as MemoryMap;
    const map = typedMap(restarting, { key: { kind: 'bytes', size: 8 }, value: u32 });
    expect([...map.values()]).toEqual([1, 2, 3, 4]);
    expect(batches.length).toBe(0);
  });

  it('calls forEach with each entry once, value first', () => {
    const { map } = make({ maxEntries: 4_096 });
    const keys = fill(map, 1_000);
    const seen: [number, number][] = [];
    map.forEach((value, key) => {
      seen.push([key, value]);
    });
    expect(seen).toEqual([...map]);
    expect(seen.length).toBe(keys.length);
  });

  it('ends, with every entry that stayed, though each visit adds another', () => {
    const { map } = make({ maxEntries: 4_096 });
    const keys = fill(map, 1_000);
    const seen = new Set<number>();
    let next = 1_000_000;
    for (const [key] of map) {
      expect(seen.has(key)).toBe(false);
      seen.add(key);
      if (map.maxEntries > seen.size + 1_000) map.set(next++, 0);
    }
    expect(keys.every((key) => seen.has(key))).toBe(true);
  });
});

describe('a walk key by key', () => {
  const noBatches = { noBatches: true, maxEntries: 64 };

  it('visits each entry once while others delete the key that was to come', () => {
    const { raw, map } = make(noBatches);
    fill(map, 60);
    const seen: number[] = [];
    for (const [key] of map) {
      seen.push(key);
      // Of what is left, a rival deletes the first: often just the one that would come next.
      const rest = walkRaw(raw).find((it) => !seen.includes(it));
      if (rest !== undefined && seen.length % 3 === 0) map.delete(rest);
    }
    expect(new Set(seen).size).toBe(seen.length);
    const stayed = walkRaw(raw);
    expect(stayed.every((key) => seen.includes(key))).toBe(true);
    expect(stayed.length).toBeLessThan(60);
  });

  it('never visits more than the map can hold, though each visit replaces a key', () => {
    const { map } = make(noBatches);
    fill(map, 64);
    let next = 1_000;
    let visits = 0;
    for (const [key] of map) {
      visits++;
      map.delete(key);
      map.set(next++, 0);
    }
    expect(visits).toBe(64);
  });

  it('gives up on a map that starts it over again and again', () => {
    const { raw, map } = make({ ...noBatches, maxEntries: 4 });
    fill(map, 2);
    // As if a rival deleted the current key before every step, and put it back.
    const alwaysFirst = Object.create(raw, {
      nextKey: { value: (_: Uint8Array | null, next: Uint8Array) => raw.nextKey(null, next) },
      lookup: { value: raw.lookup.bind(raw) },
    }) as MemoryMap;
    const lost = typedMap(alwaysFirst, { key: u32, value: u32 });
    expect(errorOf(() => [...lost])).toMatchObject({ code: 'MAP_BUSY' });
  });

  it('passes over a key that is gone by the time of its lookup', () => {
    const { raw, map } = make(noBatches);
    fill(map, 3);
    raw.beforeNext('lookup', (key) => void raw.evict(key!));
    expect([...map].length).toBe(2);
  });

  it('refuses a kind that has no order', () => {
    const storage = Object.create(memoryMap({ kind: 'hash', keySize: 4, valueSize: 4, maxEntries: 1 }), {
      type: { value: 29 },
      name: { value: 'words' },
    }) as MemoryMap;
    const error = errorOf(() => [...typedMap(storage, { key: u32, value: u32 })]);
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain('task_storage');
  });
});

/** Keys in the raw map's own order. */
function walkRaw(raw: MemoryMap): number[] {
  const keys: number[] = [];
  const next = new Uint8Array(4);
  let key: Uint8Array | null = null;
  while (raw.nextKey(key, next) === 0) {
    key = next.slice();
    keys.push(new DataView(key.buffer).getUint32(0, true));
  }
  return keys;
}
