import { expect, it } from 'vitest';
import { addDrops, dropsText } from '../output/drops.js';
import { DropWatch, droppedOf } from './drop-watch.js';

it('tells what is new since it was last asked', () => {
  const watch = new DropWatch();
  expect(watch.since({ open: {} })).toBeUndefined();
  expect(watch.since({ open: { 'ring-full': 5 }, exec: {} })).toEqual({ open: { 'ring-full': 5 } });
  expect(watch.since({ open: { 'ring-full': 5 }, exec: {} })).toBeUndefined();
  expect(watch.since({ open: { 'ring-full': 7, busy: 1 }, exec: { busy: 2 } })).toEqual({
    open: { 'ring-full': 2, busy: 1 },
    exec: { busy: 2 },
  });
});

it('says how many, of what, and why; and nothing when nothing was dropped', () => {
  const dropped = droppedOf({ open: { dropped: { 'ring-full': 1200, busy: 1 } }, exec: { dropped: {} } });
  expect(dropsText(dropped)).toBe('1,201 events dropped: open 1,200 (ring-full) + 1 (busy)');
  expect(dropsText(droppedOf({ exec: { dropped: {} } }))).toBe('');
});

it('adds up', () => {
  const total = {};
  addDrops(total, { open: { busy: 1 } });
  addDrops(total, { open: { busy: 2, 'ring-full': 3 }, exec: { busy: 1 } });
  expect(total).toEqual({ open: { busy: 3, 'ring-full': 3 }, exec: { busy: 1 } });
});
