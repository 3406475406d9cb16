import { errno } from '@spoor/core';
import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import { type MemoryMapOptions, memoryMap } from './memory-map.js';

const bytes = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const make = () => memoryMap({ kind: 'hash', keySize: 4, valueSize: 4, maxEntries: 8 });

describe('faults', () => {
  it('fail the next calls, which then do nothing', () => {
    const map = make();
    map.failNext('update', errno.ENOMEM, 2);
    expect([1, 2, 3].map((key) => map.update(bytes(key), bytes(0), 0))).toEqual([-12, -12, 0]);
    expect(map.count).toBe(1);
  });

  it('run a rival just before a call', () => {
    const map = make();
    const rivals: number[] = [];
    map.beforeNext('update', (key) => {
      rivals.push(key![0]!);
      map.update(key!, bytes(99), 0);
    });
    expect(map.update(bytes(5), bytes(1), 1)).toBe(-errno.EEXIST);
    expect(rivals).toEqual([5]);
  });

  it('evict now', () => {
    const map = make();
    map.update(bytes(1), bytes(1), 0);
    expect(map.evict(bytes(1))).toBe(true);
    expect(map.evict(bytes(1))).toBe(false);
    expect(map.lookup(bytes(1), new Uint8Array(4))).toBe(-errno.ENOENT);
  });

  it('reach batches too', () => {
    const map = make();
    map.failNext('lookupBatch', errno.EINTR);
    const request = {
      first: true,
      cursor: new Uint8Array(8),
      keys: new Uint8Array(32),
      values: new Uint8Array(32),
      count: 8,
    };
    expect(map.lookupBatch!(request)).toEqual({ status: -errno.EINTR, done: 0 });
    expect(map.lookupBatch!(request)).toEqual({ status: -errno.ENOENT, done: 0 });
  });
});

describe('sizes that the kernel would refuse', () => {
  const refused: [string, MemoryMapOptions][] = [
    ['no entries', { kind: 'hash', keySize: 4, valueSize: 4, maxEntries: 0 }],
    ['half an entry', { kind: 'hash', keySize: 4, valueSize: 4, maxEntries: 1.5 }],
    ['no value', { kind: 'hash', keySize: 4, valueSize: 0, maxEntries: 1 }],
    ['no key', { kind: 'lru_hash', keySize: 0, valueSize: 4, maxEntries: 1 }],
    ['an index of 8 bytes', { kind: 'array', keySize: 8, valueSize: 4, maxEntries: 1 }],
    ['a prefix without data', { kind: 'lpm_trie', keySize: 4, valueSize: 4, maxEntries: 1 }],
    ['a queue with keys', { kind: 'queue', keySize: 4, valueSize: 4, maxEntries: 1 }],
    ['a map of large values as maps', { kind: 'hash_of_maps', keySize: 4, valueSize: 8, maxEntries: 1 }],
  ];
  it.each(refused)('%s', (_, options) => {
    const error = errorOf(() => memoryMap(options));
    expect(error.code).toBe('MAP_SIZE');
    expect(error.message).toContain(options.kind);
  });
});
