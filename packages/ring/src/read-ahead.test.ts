import { describe, expect, it } from 'vitest';
import { ReadAhead } from './read-ahead.js';

interface Costs {
  readonly fetching: number;
  readonly not: number;
}

/** One whose clock is told what each drain takes. */
function timed() {
  let now = 0;
  const readAhead = new ReadAhead(() => now);
  /** A drain of so many records that take so many nanoseconds each; returns whether it was to fetch. */
  const drain = (records: number, { fetching, not }: Costs): boolean => {
    const fetches = readAhead.begin() > 0;
    now += (records * (fetches ? fetching : not)) / 1e6;
    readAhead.end(records);
    return fetches;
  };
  /** So many drains of 10,000 records; returns the share that was to fetch. */
  const drains = (count: number, costs: Costs): number =>
    Array.from({ length: count }, () => drain(10_000, costs)).filter(Boolean).length / count;
  return { readAhead, drain, drains };
}

const inMemory = { fetching: 20, not: 50 };
const inCaches = { fetching: 6, not: 5 };

describe('whether a ring is read ahead', () => {
  it('is so at first, and looks that find nothing say nothing', () => {
    const { readAhead, drain } = timed();
    for (let look = 0; look < 10_000; look++) drain(0, inCaches);
    drain(100, inCaches);
    expect(readAhead.bytes).toBeGreaterThan(0);
  });

  it('is what proves quicker', () => {
    expect(timed().drains(2000, inMemory)).toBeGreaterThan(0.95);
    expect(timed().drains(2000, inCaches)).toBeLessThan(0.05);
  });

  it('is found out by small drains together', () => {
    const { readAhead, drain } = timed();
    for (let look = 0; look < 1000; look++) drain(100, inCaches);
    expect(readAhead.bytes).toBe(0);
  });

  it('is asked again, so that a change is noticed', () => {
    const { drains } = timed();
    drains(1000, inCaches);
    drains(600, inMemory);
    expect(drains(1000, inMemory)).toBeGreaterThan(0.9);
    drains(600, inCaches);
    expect(drains(1000, inCaches)).toBeLessThan(0.1);
  });

  it('does not hang on drains that were held up', () => {
    const { drains } = timed();
    for (let round = 0; round < 1000; round++) {
      drains(1, inMemory);
      drains(1, { fetching: 5000, not: 5000 });
      drains(1, inMemory);
    }
    expect(drains(500, inMemory)).toBeGreaterThan(0.9);
  });

  it('does not count a drain that threw', () => {
    const { readAhead, drain, drains } = timed();
    drains(1, inMemory);
    readAhead.begin();
    expect(drains(500, inMemory)).toBeGreaterThan(0.9);
    expect(drain(10_000, inMemory)).toBe(true);
  });
});
