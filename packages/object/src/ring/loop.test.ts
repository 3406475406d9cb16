import { afterEach, expect, it, vi } from 'vitest';
import { InventedRing } from './invented-ring.js';
import { RingReader } from './reader.js';

afterEach(() => {
  vi.unstubAllGlobals();
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
