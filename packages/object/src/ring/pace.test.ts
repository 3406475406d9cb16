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

const ring = (more: Drainable['more']) => ({ more }) as Drainable;

/** When a reader looks that finds as much as `found` says, milliseconds after it began; until it was stopped. */
function looks(options: PaceOptions, forMs: number, found: (at: number) => number = () => 0): number[] {
  const began = performance.now();
  const times: number[] = [];
  const pace = new Pace(ring('later'), options, () => {
    const at = performance.now() - began;
    times.push(at);
    pace.schedule(found(at));
  });
  pace.schedule(0);
  vi.advanceTimersByTime(forMs);
  pace.cancel();
  return times;
}

it('looks at once, then soon, then at its pace', () => {
  expect(looks({}, 60)).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55]);
  expect(looks({ delayMs: 3 }, 15)).toEqual([0, 1, 3, 6, 9, 12, 15]);
  expect(looks({ delayMs: 1 }, 4)).toEqual([0, 1, 2, 3, 4]);
});

it('looks less often once nothing has come for a second, until something comes', () => {
  const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - times[index]!);
  const idle = gaps(looks({}, 1300));
  expect(idle.at(-1)).toBe(60);
  expect(idle.indexOf(60)).toBe(idle.length - idle.filter((gap) => gap === 60).length);
  const woken = gaps(looks({}, 1400, (at) => (at > 1200 ? 1 : 0)));
  expect(woken.at(-1)).toBe(10);
  expect(woken).toContain(60);
});
