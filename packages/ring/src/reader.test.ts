import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RingData } from './memory.js';
import { RingReader } from './reader.js';
import { FakeRing } from './testing.js';

const text = (value: string) => new TextEncoder().encode(value);

function collector() {
  const records: string[] = [];
  const handler = (data: RingData, offset: number, length: number) => {
    records.push(Buffer.from(data.u8.subarray(offset, offset + length)).toString());
  };
  return { records, handler };
}

/** Records of every rounding, 0 to 16 bytes. */
const lengths = Array.from({ length: 17 }, (_, length) => 'abcdefghijklmnop'.slice(0, length));

const starts: [string, bigint][] = [
  ['0', 0n],
  ['just below 2^32', 2n ** 32n - 64n],
  ['just below 2^53', 2n ** 53n - 64n],
  ['just below 2^63', 2n ** 63n - 64n],
  ['just below 2^64', 2n ** 64n - 64n],
];

for (const ordering of ['strong', 'weak'] as const) {
  for (const [pageSize, overlap] of [
    [4096, 4096],
    [4096, 512],
    [65536, 65536],
    [65536, 4096],
  ] as const) {
    describe(`${ordering} loads, pages of ${pageSize} bytes, ${overlap} of them mapped twice`, () => {
      it.each(starts)('reads what was written across position %s', (_, position) => {
        const ring = new FakeRing({ size: pageSize, overlap, pageSize, position });
        const reader = new RingReader(ring, { ordering });
        const { records, handler } = collector();
        const written: string[] = [];
        // Three times round the ring, so that records cross its end at every offset.
        for (let round = 0; written.length * 17 < 3 * pageSize; round++) {
          const batch = lengths.map((value) => `${round}${value}`);
          expect(batch.filter((value) => !ring.submit(text(value)))).toEqual([]);
          expect(reader.drain(handler)).toBe(batch.length);
          written.push(...batch);
        }
        expect(records).toEqual(written);
        expect(reader.backlog).toBe(0);
        expect(ring.consumerPosition).toBe(ring.producerPosition);
        expect(reader.position).toBe(ring.producerPosition);
        expect(reader.records).toBe(written.length);
      });

      it('stops at a busy record, skips a discarded one', () => {
        const ring = new FakeRing({ size: pageSize, overlap, pageSize });
        const reader = new RingReader(ring, { ordering });
        const { records, handler } = collector();
        ring.submit(text('one'));
        const busy = ring.reserve(text('two'))!;
        const gone = ring.reserve(text('three'))!;
        ring.submit(text('four'));
        expect(reader.drain(handler)).toBe(1);
        expect(ring.consumerPosition).toBe(16n);
        expect(reader.backlog).toBe(48);
        gone.discard();
        expect(reader.drain(handler)).toBe(0);
        busy.submit();
        expect(reader.drain(handler)).toBe(2);
        expect(records).toEqual(['one', 'two', 'four']);
        expect(reader.discarded).toBe(1);
        expect(reader.fault).toBeUndefined();
      });
    });
  }
}

describe('RingReader', () => {
  it('reads any mix of records, bounds and busy times in order', () => {
    const step = fc.record({
      length: fc.integer({ min: 0, max: 200 }),
      end: fc.constantFrom('submit', 'discard', 'late'),
      max: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.bigInt({ min: 0n, max: 2n ** 61n - 1n }),
        fc.constantFrom(1024, 208),
        (steps, start, overlap) => {
          const ring = new FakeRing({ size: 1024, overlap, position: start * 8n });
          const reader = new RingReader(ring);
          const { records, handler } = collector();
          const expected: string[] = [];
          const late: (() => void)[] = [];
          steps.forEach(({ length, end, max }, index) => {
            const value = String(index).padEnd(length, '.');
            const reservation = ring.reserve(text(value));
            if (reservation !== undefined) {
              if (end !== 'discard') expected.push(value);
              if (end === 'late') late.push(reservation.submit);
              else reservation[end]();
            }
            if (index % 7 === 6) for (const submit of late.splice(0)) submit();
            if (max !== undefined) expect(reader.drain(handler, { max })).toBeLessThanOrEqual(max);
          });
          for (const submit of late) submit();
          reader.close(handler);
          expect(records).toEqual(expected);
          expect(ring.consumerPosition).toBe(ring.producerPosition);
        },
      ),
    );
  });

  it('publishes while it reads, so that a full ring takes records again before the drain ends', () => {
    const ring = new FakeRing({ size: 4096 });
    const reader = new RingReader(ring);
    while (ring.submit(text('12345678')));
    let accepted = 0;
    reader.drain(() => {
      if (accepted < 10 && ring.submit(text('87654321'))) accepted++;
    });
    expect(accepted).toBe(10);
    expect(reader.backlog).toBe(10 * 16);
  });

  it('reads at most a ring of bytes a drain, however fast the producer is', () => {
    const ring = new FakeRing({ size: 4096 });
    const reader = new RingReader(ring);
    ring.submit(text('12345678'));
    expect(reader.drain(() => ring.submit(text('12345678')))).toBe(4096 / 16);
  });

  it('stays in order when a drain ends exactly at one ring of bytes', () => {
    const ring = new FakeRing({ size: 4096 });
    const reader = new RingReader(ring);
    const { records, handler } = collector();
    let next = 0;
    const submit = () => ring.submit(text(`${next++}`.padEnd(1 + (next % 50), '.')));
    for (let time = 0; time < 20; time++) submit();
    for (let time = 0; time < 20; time++)
      reader.drain((data, offset, length) => {
        handler(data, offset, length);
        submit();
      });
    expect(reader.fault).toBeUndefined();
    expect(records.map((record) => Number.parseInt(record, 10))).toEqual(records.map((_, index) => index));
  });

  it('keeps to max and to its time budget, and leaves other records in the ring', () => {
    const ring = new FakeRing();
    const reader = new RingReader(ring);
    for (let index = 0; index < 100; index++) ring.submit(text('x'));
    expect(reader.drain(() => {}, { max: 3 })).toBe(3);
    const slow = () => {
      const end = performance.now() + 2;
      while (performance.now() < end);
    };
    expect(reader.drain(slow, { budgetMs: 1 })).toBe(1);
    expect(reader.drain(() => {}, { budgetMs: 1e9 })).toBe(96);
  });

  it('counts a record as read when its handler throws, and goes on after it', () => {
    const ring = new FakeRing();
    const reader = new RingReader(ring);
    for (const value of ['a', 'b', 'c']) ring.submit(text(value));
    const { records, handler } = collector();
    expect(() =>
      reader.drain((data, offset, length) => {
        handler(data, offset, length);
        throw new Error('handler');
      }),
    ).toThrow('handler');
    expect(reader.records).toBe(1);
    expect(reader.drain(handler)).toBe(2);
    expect(records).toEqual(['a', 'b', 'c']);
  });

  it('hands out all that was submitted before close, and leaves the busy rest', () => {
    const ring = new FakeRing();
    const reader = new RingReader(ring);
    ring.submit(text('a'));
    ring.submit(text('b'));
    ring.reserve(text('c'));
    const { records, handler } = collector();
    expect(reader.close(handler)).toBe(2);
    expect(records).toEqual(['a', 'b']);
    expect(reader.backlog).toBe(16);
    expect(reader.closed).toBe(true);
    expect(reader.drain(handler)).toBe(0);
    expect(reader.close(handler)).toBe(0);
  });

  it('may be closed by a handler: the drain ends after that record and the memory is left alone', () => {
    const ring = new FakeRing();
    const reader = new RingReader(ring);
    ring.submit(text('a'));
    ring.submit(text('b'));
    expect(
      reader.drain(() => {
        reader.close();
        new BigInt64Array(ring.consumer).fill(-1n);
      }),
    ).toBe(1);
    expect(ring.consumerPosition).toBe(2n ** 64n - 1n);
  });

  it('hands out the rest inside a handler that closes it with one', () => {
    const ring = new FakeRing();
    const reader = new RingReader(ring);
    for (const value of ['a', 'b', 'c']) ring.submit(text(value));
    const { records, handler } = collector();
    let inner = 0;
    const closing = (data: RingData, offset: number, length: number) => {
      handler(data, offset, length);
      inner += reader.close(closing);
    };
    expect(reader.drain(closing)).toBe(1);
    expect(inner).toBe(1);
    expect(records).toEqual(['a', 'b']);
    expect(reader.records).toBe(2);
  });

  it('throws when it is drained by its own handler', () => {
    const ring = new FakeRing();
    const reader = new RingReader(ring);
    ring.submit(text('a'));
    const again = () => reader.drain(() => reader.drain(() => {}));
    expect(again).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
    expect(reader.drain(() => {})).toBe(0);
  });

  it.each([{ max: 0 }, { max: -1 }, { max: Number.NaN }, { budgetMs: 0 }])(
    'refuses the bound %o',
    (options) => {
      const reader = new RingReader(new FakeRing());
      const drain = () => reader.drain(() => {}, options);
      expect(drain).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
    },
  );

  it('refuses memory without the layout of a ring', () => {
    const { consumer, producer, data } = new FakeRing();
    for (const memory of [
      { consumer, producer, data, size: 4095, overlap: 0 },
      { consumer, producer, data, size: 8192, overlap: 8 },
      { consumer, producer, data, size: 2048, overlap: 4096 },
      { consumer, producer, data, size: 4096, overlap: 12 },
      { consumer: new ArrayBuffer(0), producer, data, size: 4096, overlap: 4096 },
    ])
      expect(() => new RingReader(memory)).toThrow(expect.objectContaining({ code: 'RING_SIZE' }));
  });
});
