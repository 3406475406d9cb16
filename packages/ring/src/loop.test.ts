import { afterEach, expect, it, vi } from 'vitest';
import { ReadAhead } from './read-ahead.js';
import { RingReader } from './reader.js';
import { InventedRing } from './testing.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What a reader hands out of a ring with four records, one of them discarded, and one more that is not yet submitted. */
function lengthsOf(): number[] {
  const ring = new InventedRing();
  for (const length of [1, 20]) ring.submit(new Uint8Array(length));
  ring.reserve(new Uint8Array(3))!.discard();
  ring.submit(new Uint8Array(300));
  ring.reserve(new Uint8Array(4));
  const lengths: number[] = [];
  new RingReader(ring).drain((_, __, length) => lengths.push(length));
  return lengths;
}

it('reads the same where no code may be generated', () => {
  expect(lengthsOf()).toEqual([1, 20, 300]);
  const refused = vi.fn(() => {
    throw new EvalError('Code generation from strings disallowed for this context');
  });
  vi.stubGlobal(
    'Function',
    class {
      constructor() {
        refused();
      }
    },
  );
  expect(lengthsOf()).toEqual([1, 20, 300]);
  expect(refused).toHaveBeenCalledOnce();
});

it.each(['strong', 'weak'] as const)(
  'reads the same with and without reading ahead, %s loads',
  (ordering) => {
    const lengthsRead = (bytes: number): number[] => {
      vi.spyOn(ReadAhead.prototype, 'bytes', 'get').mockReturnValue(bytes);
      const ring = new InventedRing({ size: 65_536, overlap: 4096 });
      const reader = new RingReader(ring, { ordering });
      const lengths: number[] = [];
      // Four times round the ring, by drains of all there is and of a few.
      for (let number = 0; number < 1000; number++) {
        ring.submit(new Uint8Array((number * 37) % 600));
        if (number % 50 === 0) reader.drain((_, __, length) => lengths.push(length), { max: 20 });
        if (number % 150 === 0) reader.drain((_, __, length) => lengths.push(length));
      }
      reader.drain((_, __, length) => lengths.push(length));
      return lengths;
    };
    const lengths = Array.from({ length: 1000 }, (_, number) => (number * 37) % 600);
    for (const bytes of [0, 8, 64, 4096, 65_536]) expect(lengthsRead(bytes)).toEqual(lengths);
  },
);
