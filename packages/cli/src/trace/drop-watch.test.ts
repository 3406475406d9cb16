import { expect, it } from 'vitest';
import { type Drops, DropTotals, dropsText } from '../output/drops.js';
import { DropWatch, droppedOf } from './drop-watch.js';

it('returns the drops since the last call', () => {
  const watch = new DropWatch();
  expect(watch.since({ open: {} })).toBeUndefined();
  expect(watch.since({ open: { 'ring-full': 5 }, exec: {} })).toEqual({ open: { 'ring-full': 5 } });
  expect(watch.since({ open: { 'ring-full': 5 }, exec: {} })).toBeUndefined();
  expect(watch.since({ open: { 'ring-full': 7, busy: 1 }, exec: { busy: 2 } })).toEqual({
    open: { 'ring-full': 2, busy: 1 },
    exec: { busy: 2 },
  });
});

it('formats counts, kinds and reasons; empty without drops', () => {
  const dropped = droppedOf({ open: { dropped: { 'ring-full': 1200, busy: 1 } }, exec: { dropped: {} } });
  expect(dropsText(dropped)).toBe('1,201 events dropped: open 1,200 (ring-full) + 1 (busy)');
  expect(dropsText(droppedOf({ exec: { dropped: {} } }))).toBe('');
});

it('sums drops', () => {
  const totals = new DropTotals();
  totals.add({ open: { busy: 1 } });
  totals.add({ open: { busy: 2, 'ring-full': 3 }, exec: { busy: 1 } });
  expect(totals.drops).toEqual({ open: { busy: 3, 'ring-full': 3 }, exec: { busy: 1 } });
});

it('sums kinds and reasons that are named like members of every object', () => {
  const totals = new DropTotals();
  const drops = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":2,"__proto__":3}}',
  ) as Drops;
  totals.add(drops);
  totals.add(drops);
  expect(JSON.stringify(totals.drops)).toBe(
    '{"__proto__":{"polluted":2},"constructor":{"prototype":4,"__proto__":6}}',
  );
  expect('polluted' in {}).toBe(false);
});

it('keeps a bounded number of reasons', () => {
  const totals = new DropTotals();
  for (let index = 0; index < 1000; index++) totals.add({ open: { [`reason-${index}`]: 1 } });
  const counts = Object.entries(totals.drops['open']!);
  expect(counts.length).toBeLessThan(100);
  expect(counts.at(-1)).toEqual(['other', 1000 - (counts.length - 1)]);
});
