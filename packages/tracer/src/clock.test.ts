import { describe, expect, it } from 'vitest';
import { type Clocks, WallClock, wallClockOffsetNs } from './clock.js';

/** Clocks that stand still until the test moves them. */
function clocksOfTest() {
  const at = { wallNs: 1_700_000_000_000_000_000n, bootNs: 5_000_000_000n, steadyMs: 100 };
  const clocks: Clocks = {
    wallNs: () => at.wallNs,
    bootNs: () => at.bootNs,
    wallMs: () => Number(at.wallNs / 1_000_000n),
    steadyMs: () => at.steadyMs,
  };
  const pass = (ms: number) => {
    at.wallNs += BigInt(ms) * 1_000_000n;
    at.bootNs += BigInt(ms) * 1_000_000n;
    at.steadyMs += ms;
  };
  const step = (ms: number) => {
    at.wallNs += BigInt(ms) * 1_000_000n;
  };
  return { clocks, pass, step };
}

describe('WallClock', () => {
  it('reports nothing while the clocks advance equally', () => {
    const { clocks, pass } = clocksOfTest();
    const clock = new WallClock(clocks);
    pass(100_000);
    expect(clock.moved()).toBeUndefined();
  });

  it.each([3_600_000, -3_600_000, 5])('reports a step of %i ms once, with the offset after it', (ms) => {
    const { clocks, pass, step } = clocksOfTest();
    const before = wallClockOffsetNs(clocks);
    const clock = new WallClock(clocks);
    pass(10);
    step(ms);
    expect(clock.moved()).toBe(before + BigInt(ms) * 1_000_000n);
    pass(10);
    expect(clock.moved()).toBeUndefined();
  });

  it('reports a slow adjustment when it has added up', () => {
    const { clocks, step } = clocksOfTest();
    const clock = new WallClock(clocks);
    step(1);
    expect(clock.moved()).toBeUndefined();
    step(1);
    expect(clock.moved()).toBeDefined();
  });

  it('takes the offset from the clocks of this machine', () => {
    const atStart = Number(wallClockOffsetNs() / 1_000_000n);
    // Both were read within this test, and the machine was up before it.
    expect(atStart).toBeLessThan(Date.now());
    expect(new Date(atStart).getFullYear()).toBeGreaterThan(2020);
  });
});
