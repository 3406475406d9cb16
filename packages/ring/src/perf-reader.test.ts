import { errorOf } from '@spoor/core/testing';
import { describe, expect, it } from 'vitest';
import type { RingData } from './memory.js';
import { type PerfMemory, PerfReader } from './perf-reader.js';

const page = 4096;

/** The buffer of one CPU without a kernel, whose records are written as the kernel does. */
class FakePerf implements PerfMemory {
  readonly positions = new ArrayBuffer(2 * page);
  readonly data = this.positions;
  readonly offset = page;
  readonly size = page;
  readonly #words = new BigInt64Array(this.positions);

  constructor(
    readonly cpu: number,
    position = 0n,
  ) {
    this.head = position;
    this.#words[129] = position;
  }

  get head(): bigint {
    return this.#words[128]!;
  }

  set head(position: bigint) {
    this.#words[128] = position;
  }

  get tail(): bigint {
    return this.#words[129]!;
  }

  /** A record of a kind with words of 32 bits behind its header. */
  record(kind: number, words: readonly number[], length = 8 + words.length * 4): void {
    const bytes = new Uint8Array(new Uint32Array([kind, length * 2 ** 16, ...words]).buffer);
    const start = Number(this.head & BigInt(page - 1));
    for (const [index, byte] of bytes.entries())
      new Uint8Array(this.data)[page + ((start + index) & (page - 1))] = byte;
    this.head += BigInt(bytes.length);
  }

  skip(bytes: bigint): void {
    this.head += bytes;
  }

  sample(...words: number[]): void {
    this.record(9, [words.length * 4, ...words]);
  }
}

/** Drains a reader. Each sample is a list of words. */
function drained(reader: PerfReader, options = {}): number[][] {
  const samples: number[][] = [];
  const count = reader.drain(({ u32 }: RingData, offset, length) => {
    samples.push([...u32.subarray(offset >>> 2, (offset + length) >>> 2)]);
  }, options);
  expect(count).toBe(samples.length);
  return samples;
}

describe('a perf reader', () => {
  it('reads the samples of each CPU in order, and gives the space back', () => {
    const [first, second] = [new FakePerf(0), new FakePerf(3)];
    const reader = new PerfReader([first, second]);
    expect(drained(reader)).toEqual([]);
    second.sample(7);
    first.sample(1);
    first.sample(2, 3, 4);
    expect([reader.backlog, reader.fill]).toEqual([56, 40 / page]);
    expect(drained(reader)).toEqual([[1], [2, 3, 4], [7]]);
    expect([first.tail, second.tail, reader.backlog, reader.records]).toEqual([40n, 16n, 0, 3]);
    expect(drained(reader)).toEqual([]);
  });

  it('copies a sample that wraps, wherever it wraps', () => {
    for (let left = 8; left <= 32; left += 8) {
      const buffer = new FakePerf(0, BigInt(page - left));
      buffer.sample(1, 2, 3);
      buffer.sample(4);
      expect(drained(new PerfReader([buffer]))).toEqual([[1, 2, 3], [4]]);
    }
  });

  it('counts lost samples and tells of them, and skips other records', () => {
    const buffer = new FakePerf(2);
    const told: [number, number][] = [];
    const reader = new PerfReader([buffer], { onLost: (lost, cpu) => told.push([lost, cpu]) });
    buffer.sample(1);
    buffer.record(2, [5, 0, 40, 0]);
    buffer.record(5, [0, 0]);
    buffer.sample(2);
    buffer.record(2, [5, 0, 2, 0]);
    expect(drained(reader)).toEqual([[1], [2]]);
    expect([reader.lost, told]).toEqual([
      42,
      [
        [40, 2],
        [2, 2],
      ],
    ]);
  });

  it('ends a drain at its bounds, and goes on after', () => {
    const buffer = new FakePerf(0);
    const reader = new PerfReader([buffer]);
    for (let number = 0; number < 5; number++) buffer.sample(number);
    expect(drained(reader, { max: 2 })).toEqual([[0], [1]]);
    expect([reader.more, buffer.tail]).toEqual(['now', 32n]);
    expect(drained(reader, { max: 9, budgetMs: 1000 })).toEqual([[2], [3], [4]]);
    expect(reader.more).toBe('later');
    expect(errorOf(() => reader.drain(() => {}, { max: 0 }))).toMatchObject({ code: 'INVALID_VALUE' });
  });

  it('counts a sample as read whose handler throws, and refuses to be drained by a handler', () => {
    const buffer = new FakePerf(0);
    const reader = new PerfReader([buffer]);
    buffer.sample(1);
    buffer.sample(2);
    expect(errorOf(() => reader.drain(() => reader.drain(() => {})))).toMatchObject({ code: 'WRONG_PHASE' });
    expect(drained(reader)).toEqual([[2]]);
  });

  it.each([
    ['a position beyond the buffer', (buffer: FakePerf) => buffer.skip(5000n), 'producer-beyond-ring'],
    ['an unaligned position', (buffer: FakePerf) => buffer.skip(4n), 'producer-beyond-ring'],
    [
      'a record without a length',
      (buffer: FakePerf) => buffer.record(9, [4, 1], 0),
      'record-beyond-producer',
    ],
    [
      'a record beyond the position',
      (buffer: FakePerf) => buffer.record(9, [4, 1], 24),
      'record-beyond-producer',
    ],
    ['a sample beyond its record', (buffer: FakePerf) => buffer.record(9, [8, 1]), 'record-beyond-producer'],
  ])('reports %s as a fault', (_, break_, reason) => {
    const buffer = new FakePerf(1);
    const reader = new PerfReader([buffer], { name: 'samples' });
    buffer.sample(1);
    break_(buffer);
    drained(reader);
    expect(reader.fault).toMatchObject({ reason, ring: 'samples of CPU 1' });
    expect(drained(reader)).toEqual([]);
  });

  it('hands out what is left when it is closed, once', () => {
    const buffer = new FakePerf(0);
    let closed = 0;
    const reader = new PerfReader([buffer], { onClose: () => closed++ });
    buffer.sample(1);
    expect(reader.close(() => {})).toBe(1);
    expect(reader.close(() => {})).toBe(0);
    expect([reader.closed, reader.drain(() => {}), reader.fill, closed]).toEqual([true, 0, 0, 1]);
  });

  it('does not take memory that is not a buffer', () => {
    const { positions } = new FakePerf(0);
    for (const size of [0, 3000, 8192]) {
      const memory = { cpu: 0, positions, data: positions, offset: page, size };
      expect(errorOf(() => new PerfReader([memory]))).toMatchObject({ code: 'RING_SIZE' });
    }
  });
});
