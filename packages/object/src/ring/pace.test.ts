import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Drainable } from './memory.js';
import { Pace, type PaceOptions } from './pace.js';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What every look finds. */
interface Found {
  readonly more?: Drainable['more'];
  readonly fill?: number;
}

/** When a reader looks that finds this, milliseconds after it began; until it was stopped. */
function looks(options: PaceOptions, forMs: number, { more = 'later', fill = 0 }: Found = {}): number[] {
  const began = performance.now();
  const times: number[] = [];
  const pace = new Pace({ more, fill } as Drainable, options, () => {
    times.push(performance.now() - began);
    pace.schedule();
  });
  pace.schedule();
  vi.advanceTimersByTime(forMs);
  pace.cancel();
  return times;
}

it('looks at once, then soon, then at its pace', () => {
  expect(looks({}, 250)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  expect(looks({ delayMs: 3 }, 15)).toEqual([0, 1, 3, 6, 9, 12, 15]);
  expect(looks({ delayMs: 1 }, 4)).toEqual([0, 1, 2, 3, 4]);
});

it('looks four times as often at a ring that was found a sixteenth full', () => {
  expect(looks({}, 70, { fill: 0.07 })).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
  expect(looks({}, 190, { fill: 0.06 }).slice(-2)).toEqual([123, 183]);
});

it('looks again for what had not settled, once after each look', () => {
  expect(looks({ delayMs: 4 }, 20, { more: 'soon' })).toEqual([0, 1, 2, 3, 5, 6, 10, 11, 15, 16, 20]);
  const gaps = looks({}, 3000, { more: 'soon' }).map((time, index, all) => time - (all[index - 1] ?? 0));
  expect(new Set(gaps.slice(-2))).toEqual(new Set([1, 60]));
});
