import { BinaryTrait } from '@spoor/bpf/enums';
import { expect, it } from 'vitest';
import type { Clocks } from '../clock.js';
import { ChangeTimes } from './change-times.js';

const ms = 1_000_000n;
const bootedAtNs = 1_700_000_000_000_000_000n;

/** Clocks that stand still until the test moves them. */
function clocksOfTest() {
  const at = { offsetNs: bootedAtNs, bootNs: 5_000_000_000n };
  const wallNs = () => at.bootNs + at.offsetNs;
  const clocks: Clocks = {
    wallNs,
    bootNs: () => at.bootNs,
    wallMs: () => Number(wallNs() / ms),
    steadyMs: () => Number(at.bootNs / ms),
  };
  return { clocks, at };
}

/** Returns a file that was executed at a boot time, and changed that long before. */
const executed = (timeNs: bigint, sinceChangeNs: bigint, offsetNs = bootedAtNs, binaryTraits = 0) => ({
  device: 1,
  inode: 1n,
  changeTimeNs: timeNs + offsetNs - sinceChangeNs,
  timeNs,
  binaryTraits,
});

it.each([
  [-5n, false],
  [0n, false],
  [50n, false],
  [51n, true],
])('a file that was changed %i ms before it was executed: %s', (age, expected) => {
  const times = new ChangeTimes(clocksOfTest().clocks);
  expect(times.wouldDiffer(executed(4_001_000_001n, age * ms))).toBe(expected);
});

it.each([
  [2_050n, false],
  [2_051n, true],
])('a file whose change time is whole seconds, %i ms before: %s', (age, expected) => {
  const times = new ChangeTimes(clocksOfTest().clocks);
  expect(times.wouldDiffer(executed(1_000_000_000n + age * ms, age * ms))).toBe(expected);
});

it('the change time of a file in memory proves nothing', () => {
  const times = new ChangeTimes(clocksOfTest().clocks);
  const file = executed(4_000_000_001n, 1_000n * ms, bootedAtNs, BinaryTrait.BINARY_IN_MEMORY);
  expect(times.wouldDiffer(file)).toBe(false);
});

it.each([60_000n, -60_000n])('a step of the wall clock by %i ms never makes a change look older', (step) => {
  const { clocks, at } = clocksOfTest();
  const times = new ChangeTimes(clocks);
  const before = executed(at.bootNs, 10n * ms + 1n);
  at.bootNs += 20n * ms;
  at.offsetNs += step * ms;
  expect(times.wouldDiffer(before)).toBe(false);
  at.bootNs += 100n * ms;
  expect(times.wouldDiffer(before)).toBe(false);
  expect(times.wouldDiffer(executed(at.bootNs, 10n * ms + 1n, at.offsetNs))).toBe(false);
  expect(times.wouldDiffer(executed(at.bootNs, 60n * ms + 1n, at.offsetNs))).toBe(true);
});
