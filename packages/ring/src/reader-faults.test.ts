import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RingData } from './memory.js';
import { RingReader } from './reader.js';
import { FakeRing } from './testing.js';

const text = (value: string) => new TextEncoder().encode(value);

describe('a ring that contradicts itself', () => {
  it('reports a record beyond the producer, stops there, and reads on after resync', () => {
    const ring = new FakeRing({ position: 4096n });
    const reader = new RingReader(ring, { name: 'activity' });
    ring.submit(text('good'));
    ring.submit(text('bad'));
    new Int32Array(ring.data)[16 >> 2] = 1000;
    const records: string[] = [];
    const handler = ({ u8 }: RingData, offset: number, length: number) =>
      records.push(Buffer.from(u8.subarray(offset, offset + length)).toString());
    expect(reader.drain(handler)).toBe(1);
    expect(reader.fault).toEqual({
      reason: 'record-beyond-producer',
      position: 4112n,
      length: 1000,
      available: 16,
      ring: 'activity',
    });
    expect(reader.drain(handler)).toBe(0);
    expect(reader.resync()).toBe(16);
    ring.submit(text('after'));
    expect(reader.drain(handler)).toBe(1);
    expect(records).toEqual(['good', 'after']);
  });

  it('reports a record that wraps and is longer than what is mapped twice', () => {
    const ring = new FakeRing({ size: 1024, overlap: 64, position: 904n });
    const reader = new RingReader(ring);
    ring.submit(new Uint8Array(80));
    ring.submit(new Uint8Array(100));
    ring.submit(text('behind'));
    expect(reader.drain(() => {})).toBe(1);
    expect(reader.fault).toEqual({
      reason: 'record-beyond-mapping',
      position: 992n,
      length: 100,
      available: 96,
      ring: 'ring',
    });
    expect(reader.resync()).toBe(128);
    ring.submit(new Uint8Array(700));
    expect(reader.drain(() => {})).toBe(1);
  });

  it('reports a producer beyond the ring, ahead or behind', () => {
    for (const position of [4096n + 8n, -8n]) {
      const ring = new FakeRing();
      const reader = new RingReader(ring);
      new BigInt64Array(ring.producer)[0] = position;
      expect(reader.drain(() => {})).toBe(0);
      expect(reader.fault?.reason).toBe('producer-beyond-ring');
    }
  });

  it('leaves out all that such a producer claims, however far, and reads on from there', () => {
    for (const position of [2n * 4096n, 3n * 4096n + 8n, 2n ** 32n + 4096n + 16n]) {
      const ring = new FakeRing();
      const reader = new RingReader(ring);
      new BigInt64Array(ring.producer)[0] = position;
      expect(reader.drain(() => {})).toBe(0);
      expect(reader.resync()).toBe(Number(position));
      expect([ring.consumerPosition, reader.position]).toEqual([position, position]);
      ring.submit(text('after'));
      expect(reader.drain(() => {})).toBe(1);
      expect(reader.fault).toBeUndefined();
    }
  });

  it('reports a consumer position that no record can have', () => {
    const reader = new RingReader(new FakeRing({ position: 4n }));
    expect(reader.fault?.reason).toBe('position-unaligned');
    expect(reader.drain(() => {})).toBe(0);
  });

  it('never reads or writes outside the records, whatever the words say', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const ring = fc.record({
      words: fc.array(word, { minLength: 64, maxLength: 64 }),
      ahead: fc.bigInt(0n, 512n),
    });
    fc.assert(
      fc.property(ring, fc.constantFrom(256, 64), ({ words, ahead }, overlap) => {
        const ring = new FakeRing({ size: 256, overlap });
        const u32 = new Uint32Array(ring.data);
        for (const [index, value] of words.entries()) {
          // Mostly small lengths, so that the walk gets far.
          u32[index] = index % 3 ? value & 0x4000003f : value;
          if (index < overlap / 4) u32[index + 64] = u32[index]!;
        }
        const before = Buffer.from(ring.data.slice(0));
        new BigInt64Array(ring.producer)[0] = ahead;
        const reader = new RingReader(ring);
        let read = 0;
        let outside = 0;
        reader.drain((_, offset, length) => {
          read += length;
          if (offset < 8 || offset + length > 256 + overlap) outside++;
        });
        expect([outside, read <= 256, reader.position <= ahead]).toEqual([0, true, true]);
        expect(Buffer.compare(Buffer.from(ring.data), before)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});
