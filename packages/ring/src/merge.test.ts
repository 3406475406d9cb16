import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { RingData } from './memory.js';
import { mergeRings } from './merge.js';
import { RingReader } from './reader.js';
import { FakeRing } from './testing.js';

/** A record with a number and, at byte 8, a time. */
function record(id: number, time: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, id, true);
  view.setBigUint64(8, time, true);
  return new Uint8Array(view.buffer);
}

function ids() {
  const seen: number[] = [];
  return { seen, handler: ({ u32 }: RingData, offset: number) => seen.push(u32[offset >>> 2]!) };
}

function rings(count: number, size = 4096) {
  const memories = Array.from({ length: count }, () => new FakeRing({ size, overlap: 512 }));
  return { memories, readers: memories.map((memory) => new RingReader(memory)) };
}

/** Readers merged by a clock that the test sets. Without a time, every record has settled. */
function merged(readers: readonly RingReader[]) {
  const clock = { ns: Number.MAX_SAFE_INTEGER };
  return { clock, merge: mergeRings(readers, { settleMs: 0, now: () => clock.ns }) };
}

describe('mergeRings', () => {
  it('reports the fault of one ring and reads the others', () => {
    const { memories, readers } = rings(2);
    const { merge } = merged(readers);
    new BigInt64Array(memories[0]!.producer)[0] = 1n << 40n;
    memories[1]!.submit(record(1, 0n));
    expect(merge.drain(() => {})).toBe(1);
    expect(merge.fault?.reason).toBe('producer-beyond-ring');
  });

  it('needs at least one ring', () => {
    expect(() => mergeRings([])).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
    const { readers } = rings(1);
    expect(() => mergeRings(readers, { timeOffset: 3 })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  });

  it('waits until older records have had time to appear, then hands out by time', () => {
    const { memories, readers } = rings(2);
    const { clock, merge } = merged(readers);
    const { seen, handler } = ids();
    memories[0]!.submit(record(2, 200n));
    memories[0]!.submit(record(4, 400n));
    clock.ns = 0;
    expect(merge.drain(handler)).toBe(0);
    expect(merge.more).toBe('soon');
    memories[1]!.submit(record(1, 100n));
    memories[1]!.submit(record(3, 300n));
    memories[1]!.submit(record(5, 500n));
    clock.ns = 400;
    expect(merge.drain(handler)).toBe(4);
    expect(seen).toEqual([1, 2, 3, 4]);
    clock.ns = 500;
    expect(merge.drain(handler)).toBe(1);
    expect(merge.more).toBe('later');
    expect(merge.misordered).toBe(0);
    for (const memory of memories) expect(memory.consumerPosition).toBe(memory.producerPosition);
  });

  it('hands out at once what is old enough by the clock of the records', ({ onTestFinished }) => {
    // A test that is held up would let the other records settle.
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { memories, readers } = rings(2);
    let clock = 10_000_000;
    const merge = mergeRings(readers, { now: () => clock });
    const { seen, handler } = ids();
    memories[0]!.submit(record(1, 8_000_000n));
    memories[1]!.submit(record(2, 8_900_000n));
    memories[0]!.submit(record(3, 9_100_000n));
    expect(merge.drain(handler)).toBe(2);
    // The next look finds the other records.
    expect([merge.backlog > 0, merge.more]).toEqual([true, 'later']);
    expect(merge.drain(handler)).toBe(0);
    expect(merge.more).toBe('soon');
    clock += 200_000;
    memories[1]!.submit(record(4, 9_050_000n));
    expect(merge.drain(handler)).toBe(2);
    expect(seen).toEqual([1, 2, 4, 3]);
    expect([merge.more, merge.misordered]).toEqual(['later', 0]);
  });

  it('reports the fill of the fullest ring', () => {
    const { memories, readers } = rings(2, 4096);
    const { merge } = merged(readers);
    expect(merge.fill).toBe(0);
    for (let id = 0; id < 3; id++) memories[id % 2]!.submit(record(id, 1n));
    expect(merge.fill).toBe(48 / 4096);
  });

  it('holds back what is newer than a record that is not yet submitted', () => {
    const { memories, readers } = rings(2);
    const { merge } = merged(readers);
    const { seen, handler } = ids();
    memories[0]!.submit(record(1, 100n));
    const busy = memories[0]!.reserve(record(2, 200n))!;
    memories[1]!.submit(record(3, 300n));
    for (let time = 0; time < 3; time++) merge.drain(handler);
    expect(seen).toEqual([1]);
    busy.submit();
    for (let time = 0; time < 3; time++) merge.drain(handler);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('asks for no immediate look after a drain that found nothing, though the one before met a bound', () => {
    const { memories, readers } = rings(2);
    const { merge } = merged(readers);
    const { seen, handler } = ids();
    memories[0]!.submit(record(1, 100n));
    expect(merge.drain(handler, { max: 1 })).toBe(1);
    expect(merge.more).toBe('now');
    expect(merge.drain(handler, { max: 1 })).toBe(0);
    expect(merge.more).toBe('later');
    expect(seen).toEqual([1]);
  });

  it('reads rings with more records than it remembers, some of them out of order', () => {
    const { memories, readers } = rings(2, 1 << 18);
    const { clock, merge } = merged(readers);
    const { seen, handler } = ids();
    const count = 12_000;
    // Each hundredth record comes 50 places late, and every seventh goes to the other ring.
    const times = Array.from({ length: count }, (_, id) => (id % 100 === 99 ? id - 50.5 : id) * 2 + 200);
    times.forEach((time, id) => {
      expect(memories[id % 7 === 0 ? 1 : 0]!.submit(record(id, BigInt(time)))).toBe(true);
      if (id % 5000 !== 4999) return;
      clock.ns = id;
      expect(merge.drain(handler)).toBeGreaterThan(0);
    });
    clock.ns = Number.MAX_SAFE_INTEGER;
    merge.drain(handler);
    const sorted = times.map((time, id) => ({ time, id })).sort((a, b) => a.time - b.time);
    expect(seen).toEqual(sorted.map(({ id }) => id));
    expect(merge.misordered).toBe(0);
    for (const memory of memories) expect(memory.consumerPosition).toBe(memory.producerPosition);
  });

  it('counts what comes too late', () => {
    const { memories, readers } = rings(1);
    const { merge } = merged(readers);
    const { seen, handler } = ids();
    memories[0]!.submit(record(2, 200n));
    merge.drain(handler);
    merge.drain(handler);
    memories[0]!.submit(record(1, 100n));
    merge.close(handler);
    expect(seen).toEqual([2, 1]);
    expect(merge.misordered).toBe(1);
  });

  it('hands out everything once and in order, whatever the times, bounds and rings', () => {
    const write = fc.record({
      ring: fc.nat({ max: 2 }),
      time: fc.nat({ max: 1000 }),
      long: fc.boolean(),
      discard: fc.boolean(),
      max: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 300 }), (writes) => {
        const { memories, readers } = rings(3, 1024);
        const { merge } = merged(readers);
        const { seen, handler } = ids();
        const expected: number[] = [];
        writes.forEach(({ ring, time, long, discard, max }, id) => {
          const bytes = record(id, BigInt(id * 20 + (time % 15)));
          const reservation = memories[ring]!.reserve(
            long ? Buffer.concat([bytes, Buffer.alloc(time % 100)]) : bytes,
          );
          if (reservation !== undefined && !discard) expected.push(id);
          reservation?.[discard ? 'discard' : 'submit']();
          if (max !== undefined) expect(merge.drain(handler, { max })).toBeLessThanOrEqual(max);
        });
        merge.close(handler);
        expect(seen).toEqual(expected);
        expect(merge.misordered).toBe(0);
        expect(readers.reduce((sum, reader) => sum + reader.records, 0)).toBe(expected.length);
        for (const memory of memories) expect(memory.consumerPosition).toBe(memory.producerPosition);
      }),
    );
  });

  it('sorts what is out of order within a ring, and does not hang on falling times', () => {
    const { memories, readers } = rings(1, 1 << 20);
    const merge = mergeRings(readers);
    const { seen, handler } = ids();
    memories[0]!.submit(record(2, 20n));
    memories[0]!.submit(record(1, 10n));
    // Falling times: each record would belong in front of all others.
    const falling = 20_000;
    for (let id = 3; id < falling; id++) memories[0]!.submit(record(id, BigInt(1_000_000 - id)));
    memories[0]!.submit(Uint8Array.of(7, 0, 0, 0));
    expect(merge.close(handler)).toBe(falling);
    expect(seen.slice(0, 2)).toEqual([1, 2]);
    expect(new Set(seen).size).toBe(falling - 1);
    expect(merge.misordered).toBeGreaterThan(0);
  });

  it('keeps its place when a handler throws, and may be closed by one', () => {
    const { memories, readers } = rings(2);
    const { merge } = merged(readers);
    const { seen, handler } = ids();
    for (let id = 0; id < 6; id++) memories[id % 2]!.submit(record(id, BigInt(id)));
    const failing = (data: RingData, offset: number) => {
      handler(data, offset);
      throw new Error('handler');
    };
    expect(() => merge.drain(failing)).toThrow('handler');
    expect(() => merge.drain(() => merge.drain(handler))).toThrow(
      expect.objectContaining({ code: 'WRONG_PHASE' }),
    );
    merge.drain((data, offset) => {
      handler(data, offset);
      merge.close(handler);
    });
    expect(seen).toEqual([0, 2, 3, 4, 5]);
    expect(merge.closed).toBe(true);
    expect(merge.drain(handler)).toBe(0);
  });
});
