import { expect, test } from 'vitest';
import { median, ratioOf, summarise } from './statistics.js';

test('the median of an odd and of an even number of samples, in any order', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test('numbers are compared as numbers', () => {
  expect(median([10, 9, 100])).toBe(10);
});

test('throws without samples, and for a sample that is NaN', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => median([1, Number.NaN])).toThrow('1, NaN');
});

test('a summary has the middle nine tenths', () => {
  const samples = Array.from({ length: 101 }, (_, index) => index);
  expect(summarise(samples)).toEqual({ median: 50, low: 5, high: 95, rounds: 101 });
});

test('the spread ends with rounds, not between them: of few, with the least and the most', () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, rounds: 3 });
  const samples = Array.from({ length: 20 }, (_, index) => index);
  expect(summarise(samples)).toEqual({ median: 9.5, low: 0, high: 19, rounds: 20 });
  expect(summarise([...samples, 20])).toEqual({ median: 10, low: 1, high: 19, rounds: 21 });
  expect(summarise([7])).toEqual({ median: 7, low: 7, high: 7, rounds: 1 });
});

test('a ratio is that of each round, not that of the medians', () => {
  // The second round was disturbed, for both alike.
  const ratio = ratioOf([20, 400, 20], [10, 200, 10])!;
  expect(ratio).toEqual({ median: 2, low: 2, high: 2, rounds: 3 });
});

test('rounds that cannot be paired are compared by their medians', () => {
  expect(ratioOf([20, 30, 40], [10])).toEqual({ median: 3, low: 3, high: 3, rounds: 1 });
});

test('nothing is a multiple of nothing', () => {
  expect(ratioOf([1], [0])).toBeUndefined();
  expect(ratioOf([1, 2], [0])).toBeUndefined();
});
