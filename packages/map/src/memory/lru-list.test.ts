import { describe, expect, it } from 'vitest';
import { lruBatchSize } from './lru-list.js';
import { type MemoryMap, memoryMap } from './memory-map.js';

const cpus = 96;

function lru(maxEntries: number, lruBatch: 'fixed' | 'scaled', cpuCount = cpus): MemoryMap {
  return memoryMap({ kind: 'lru_hash', keySize: 4, valueSize: 4, maxEntries, cpus: cpuCount, lruBatch });
}

const bytes = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/**
 * As the measurement of facts.md: keys inserted from each CPU in turn, nothing deleted. Lost keys,
 * by CPU.
 */
function lostByCpu(map: MemoryMap, keysEach: number): number[] {
  const keyOf = (cpu: number, index: number): Uint8Array => bytes(cpu * keysEach + index);
  for (let cpu = 0; cpu < cpus; cpu++) {
    map.cpu = cpu;
    for (let index = 0; index < keysEach; index++)
      expect(map.update(keyOf(cpu, index), bytes(cpu), 0)).toBe(0);
  }
  const value = new Uint8Array(4);
  return Array.from({ length: cpus }, (_, cpu) => {
    let lost = 0;
    for (let index = 0; index < keysEach; index++) if (map.lookup(keyOf(cpu, index), value) !== 0) lost++;
    return lost;
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('an LRU map on 96 CPUs', () => {
  it('starves the last 16 CPUs at 10,240 entries, though keys fit, as measured on kernel 6.1', () => {
    const lost = lostByCpu(lru(10_240, 'fixed'), 100);
    expect(sum(lost)).toBe(1_584);
    expect(lost.slice(0, 80)).toEqual(new Array(80).fill(0));
    expect(lost.slice(80)).toEqual(new Array(16).fill(99));
  });

  it('starves them even when less than half full', () => {
    expect(sum(lostByCpu(lru(10_240, 'fixed'), 50))).toBe(784);
  });

  it('loses nothing with 256 entries a possible CPU, nor with 30,720', () => {
    expect(sum(lostByCpu(lru(24_576, 'fixed'), 100))).toBe(0);
    expect(sum(lostByCpu(lru(30_720, 'fixed'), 100))).toBe(0);
  });

  it('loses nothing at 10,240 with the batches of newer kernels', () => {
    expect(sum(lostByCpu(lru(10_240, 'scaled'), 100))).toBe(0);
  });
});

describe('batch size', () => {
  it('is 128 on older kernels, and entries / CPUs / 2 from 1 to 128 on newer ones', () => {
    expect(lruBatchSize('fixed', 10, 96)).toBe(128);
    expect(lruBatchSize('scaled', 10_240, 96)).toBe(53);
    expect(lruBatchSize('scaled', 24_576, 96)).toBe(128);
    expect(lruBatchSize('scaled', 1_000_000, 2)).toBe(128);
    expect(lruBatchSize('scaled', 10, 96)).toBe(1);
  });
});

describe('eviction', () => {
  const value = new Uint8Array(4);
  const has = (map: MemoryMap, key: number): boolean => map.lookup(bytes(key), value) === 0;

  it('spares what a program looked up since, and takes the oldest of the rest', () => {
    const map = lru(4, 'fixed', 1);
    for (let key = 0; key < 4; key++) map.update(bytes(key), bytes(0), 0);
    expect(map.touch(bytes(0))).toBe(true);
    // The batch of 128 recycles all that it may.
    map.update(bytes(10), bytes(0), 0);
    expect([0, 1, 2, 3, 10].map((key) => has(map, key))).toEqual([true, false, false, false, true]);
  });

  it('is not held off by a system call', () => {
    const map = lru(4, 'fixed', 1);
    for (let key = 0; key < 4; key++) map.update(bytes(key), bytes(0), 0);
    expect(has(map, 0)).toBe(true);
    map.update(bytes(10), bytes(0), 0);
    expect(has(map, 0)).toBe(false);
  });

  it('may hit another key when one is only overwritten', () => {
    const map = lru(4, 'scaled', 4);
    for (let key = 0; key < 4; key++) map.update(bytes(key), bytes(0), 0);
    map.update(bytes(3), bytes(1), 0);
    expect(map.count).toBe(3);
    expect(has(map, 3)).toBe(true);
  });

  it('takes one entry, and only one, when all were looked up', () => {
    const map = lru(8, 'scaled', 1);
    for (let key = 0; key < 8; key++) map.update(bytes(key), bytes(0), 0);
    for (let key = 0; key < 8; key++) map.touch(bytes(key));
    expect(map.update(bytes(10), bytes(0), 0)).toBe(0);
    expect(map.count).toBe(8);
    expect(has(map, 10)).toBe(true);
  });

  it('gives a deleted entry back to be used again', () => {
    const map = lru(4, 'scaled', 2);
    for (let round = 0; round < 100; round++) {
      map.cpu = round % 2;
      expect(map.update(bytes(round), bytes(round), 0)).toBe(0);
      expect(map.count).toBe(1);
      expect(map.delete(bytes(round))).toBe(0);
    }
    expect(map.count).toBe(0);
  });
});
