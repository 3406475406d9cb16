import { expect, it } from 'vitest';
import { outcomeOf } from '../test/outcomes.js';
import { missShare, summarize } from './summary.js';

it('sums what was counted, takes the middle of the times, and says how many runs were good', () => {
  const state = { hits: 30, misses: 10, recovered: { storage: 6, hash: 1, none: 3 } };
  const summary = summarize([
    { ...outcomeOf({ state }), nsPerEvent: 9000, alive: 305 },
    { ...outcomeOf({ state }), nsPerEvent: 3000 },
    { ...outcomeOf({ state, total: { lost: 1, right: 4 } }), nsPerEvent: 4000 },
  ]);
  expect(summary).toMatchObject({
    standard: 'perfect',
    runs: 3,
    good: 2,
    faults: ['no event is lost', 'every event has every fact right'],
    total: { expected: 15, right: 14, lost: 1 },
    shapes: { orphan: { expected: 9 }, generator: { expected: 6 } },
    recall: 1,
    misses: 30,
    recovered: { storage: 18, hash: 3, none: 9 },
    alive: 305,
    nsPerEvent: 4000,
  });
  expect(missShare(summary)).toBe(0.25);
});
