import { expect, test } from 'vitest';
import { u64Max } from '../kinds/number-values.js';
import { allHold, cutSegments, joinRanges } from './segments.js';

const range = (from: bigint, to: bigint) => ({ from, to });

test('ranges that overlap or touch are one', () => {
  expect(joinRanges([range(5n, 6n), range(1n, 2n), range(3n, 3n), range(6n, 9n)])).toEqual([
    range(1n, 3n),
    range(5n, 9n),
  ]);
});

test('filters of one kind all have to hold', () => {
  const filters = [
    { operator: '>=', values: [range(10n, 10n)] },
    { operator: '<', values: [range(20n, 20n)] },
    { operator: '!=', values: [range(12n, 13n), range(14n, 14n)] },
  ] as const;
  expect(allHold(filters)).toEqual([range(10n, 11n), range(15n, 19n)]);
  expect(allHold([{ operator: '<', values: [range(0n, 0n)] }])).toEqual([]);
  expect(allHold([{ operator: '>', values: [range(u64Max, u64Max)] }])).toEqual([]);
  expect(allHold([{ operator: '!=', values: [range(0n, u64Max)] }])).toEqual([]);
});

test('numbers are cut where a bit changes, and nowhere else', () => {
  const equal = [
    { bit: 0, ranges: [range(0n, 9n)] },
    { bit: 1, ranges: [range(5n, u64Max)] },
    // Begins where bit 0 ends: no row but that one.
    { bit: 2, ranges: [range(10n, 19n)] },
  ];
  const unequal = [{ bit: 63, ranges: [range(7n, 7n)] }];
  expect(cutSegments(equal, unequal)).toEqual([
    { first: 0n, equal: 0b001n, unequal: 0n },
    { first: 5n, equal: 0b011n, unequal: 0n },
    { first: 7n, equal: 0b011n, unequal: 1n << 63n },
    { first: 8n, equal: 0b011n, unequal: 0n },
    { first: 10n, equal: 0b110n, unequal: 0n },
    { first: 20n, equal: 0b010n, unequal: 0n },
  ]);
});
