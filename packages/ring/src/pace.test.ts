import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

/** The number of records that a look finds, by the milliseconds since the first look. */
interface Found {
  readonly found?: (at: number) => number;
  readonly more?: Drainable['more'];
  readonly fill?: number;
}

/** Returns the times at which a reader looks during `forMs`, in milliseconds. */
function looks(options: PaceOptions, forMs: number, ring: Found = {}): number[] {
  const { found = () => 0, more = 'later', fill = 0 } = ring;
  const began = performance.now();
  const times: number[] = [];
  const pace = new Pace({ more, fill } as Drainable, options, () => {
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
  expect(looks({}, 150)).toEqual([0, 1, 3, 7, 15, 31, 63, 103, 143]);
  expect(looks({ delayMs: 3 }, 15)).toEqual([0, 1, 3, 6, 9, 12, 15]);
  expect(looks({ delayMs: 1 }, 4)).toEqual([0, 1, 2, 3, 4]);
});

it('looks four times as often while a ring is an eighth full', () => {
  expect(looks({}, 60, { fill: 0.13, found: () => 9 })).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55]);
  expect(looks({}, 150, { fill: 0.12, found: () => 9 }).slice(-2)).toEqual([103, 143]);
});

it('looks again for records that had not settled, once after each look, and is not idle meanwhile', () => {
  expect(looks({ delayMs: 4 }, 20, { more: 'soon' })).toEqual([0, 1, 2, 3, 5, 6, 10, 11, 15, 16, 20]);
  const gaps = looks({}, 3000, { more: 'soon' }).map((time, index, all) => time - (all[index - 1] ?? 0));
  expect(new Set(gaps.slice(-2))).toEqual(new Set([1, 40]));
});

it('looks less often after an idle second, until a record comes', () => {
  const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - times[index]!);
  const idle = gaps(looks({}, 1300));
  expect(idle.at(-1)).toBe(60);
  expect(idle.indexOf(60)).toBe(idle.length - idle.filter((gap) => gap === 60).length);
  const woken = gaps(looks({}, 1400, { found: (at) => (at > 1200 ? 1 : 0) }));
  expect(woken.at(-1)).toBe(40);
  expect(woken).toContain(60);
});

/** A wake-up that the test triggers. */
function pretendedWakeup() {
  const waits: ((look: boolean) => void)[] = [];
  return {
    waits,
    closed: false,
    wait: () =>
      new Promise<boolean>((resolve) => {
        waits.push(resolve);
      }),
    close() {
      this.closed = true;
    },
    async tell(look: boolean) {
      waits.shift()!(look);
      await Promise.resolve();
      vi.advanceTimersByTime(0);
    },
  };
}

it('looks at once after a wake-up, also after one that came while no turn was pending', async () => {
  const wakeup = pretendedWakeup();
  let looks = 0;
  const pace = new Pace({ more: 'later', fill: 0 } as Drainable, { wakeup }, () => looks++);
  /** Triggers the wake-up. Returns the number of looks so far. */
  const told = async (fills: boolean) => {
    await wakeup.tell(fills);
    return looks;
  };
  pace.schedule(0);
  vi.advanceTimersByTime(0);
  pace.schedule(1);
  expect(await told(true)).toBe(2);
  expect(await told(true)).toBe(2);
  pace.schedule(1);
  vi.advanceTimersByTime(0);
  expect(looks).toBe(3);
  pace.schedule(1);
  expect(await told(false)).toBe(3);
  expect(wakeup.waits).toEqual([]);
  pace.end();
  expect({ pending: pace.pending, closed: wakeup.closed }).toEqual({ pending: false, closed: true });
});

describe('sleep', () => {
  it('looks before each sleep, then each second, and listens from the first sleep on', () => {
    const wakeup = pretendedWakeup();
    const sleep = vi.fn(() => wakeup);
    const times = looks({ sleep }, 4500);
    const asleep = times.filter((time) => time > 1000);
    const gaps = asleep.slice(1).map((time, index) => time - asleep[index]!);
    // Fake timers run an immediate after a millisecond.
    expect(gaps.map((gap) => (gap > 1 ? gap : 'at once'))).toEqual(
      Array.from({ length: gaps.length }, (_, index) => (index % 2 === 0 ? 'at once' : 1000)),
    );
    expect(sleep).toHaveBeenCalledTimes(4);
    expect(wakeup.waits).toHaveLength(1);
  });

  it('ends when a record comes, and begins again after an idle second', async () => {
    const wakeup = pretendedWakeup();
    const sleep = vi.fn(() => wakeup);
    const times: number[] = [];
    let found = 0;
    const pace = new Pace({ more: 'later', fill: 0 } as Drainable, { sleep }, () => {
      times.push(performance.now());
      pace.schedule(found);
      found = 0;
    });
    pace.schedule(0);
    vi.advanceTimersByTime(1500);
    expect(sleep).toHaveBeenCalledTimes(1);
    times.length = 0;
    found = 1;
    const woken = performance.now();
    await wakeup.tell(true);
    vi.advanceTimersByTime(900);
    expect(times.slice(0, 3)).toEqual([woken, woken + 40, woken + 80]);
    expect(sleep).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(400);
    expect(sleep).toHaveBeenCalledTimes(2);
    pace.end();
    expect(wakeup.closed).toBe(true);
  });

  it('ends when a record came before the wake-up was armed', () => {
    const wakeup = pretendedWakeup();
    let asleep = false;
    const sleep = () => {
      asleep = true;
      return wakeup;
    };
    const times = looks({ sleep }, 1400, {
      found: () => {
        const came = asleep;
        asleep = false;
        return came ? 1 : 0;
      },
    });
    expect(times.at(-1)! - times.at(-2)!).toBe(40);
  });

  it('is armed again after a wake-up without a record', async () => {
    const wakeup = pretendedWakeup();
    const sleep = vi.fn(() => wakeup);
    let turns = 0;
    const pace = new Pace({ more: 'later', fill: 0 } as Drainable, { sleep }, () => {
      turns++;
      pace.schedule(0);
    });
    pace.schedule(0);
    while (sleep.mock.calls.length === 0) vi.advanceTimersByTime(1);
    // The record came before the look.
    const before = turns;
    await wakeup.tell(true);
    vi.advanceTimersByTime(10);
    expect(turns).toBe(before + 2);
    expect(sleep).toHaveBeenCalledTimes(2);
    pace.end();
  });

  it('does not begin if nothing would wake the reader, or after unref', () => {
    const unwoken = vi.fn(() => undefined);
    const times = looks({ sleep: unwoken }, 1300);
    expect(times.at(-1)! - times.at(-2)!).toBe(60);
    expect(unwoken).toHaveBeenCalled();

    const sleep = vi.fn(pretendedWakeup);
    const pace = new Pace({ more: 'later', fill: 0 } as Drainable, { sleep }, () => pace.schedule(0));
    pace.unref();
    pace.schedule(0);
    vi.advanceTimersByTime(1300);
    expect(sleep).not.toHaveBeenCalled();
    pace.ref();
    vi.advanceTimersByTime(100);
    expect(sleep).toHaveBeenCalled();
    pace.end();
  });
});
