import { expect, test } from 'vitest';
import { differenceOf, isReached, type Measurement, medianOf, samplesOf, timesOf } from './finding.js';

const measurement: Measurement = {
  id: 'cost',
  title: 'Cost',
  unit: 'ns',
  series: [
    { name: 'with', side: 'ours', samples: [30, 60, 30] },
    { name: 'without', side: 'floor', samples: [10, 30, 10] },
    { name: 'nothing', side: 'floor', samples: [0, 0, 0] },
  ],
};

test('series are found by name, and a wrong name is a mistake', () => {
  expect(medianOf(measurement, 'with')).toBe(30);
  expect(() => samplesOf(measurement, 'else')).toThrow('cost: there is no series else');
});

test('multiples and differences are taken round by round', () => {
  expect(timesOf(measurement, 'with', 'without')).toBe(3);
  expect(differenceOf(measurement, 'with', 'without')).toBe(20);
  expect(() => timesOf(measurement, 'with', 'nothing')).toThrow('nothing is zero');
});

test('a goal is reached at its limit', () => {
  const goal = { text: 'at most three', limit: 3, unit: 'times' as const };
  expect(isReached({ ...goal, value: 3 })).toBe(true);
  expect(isReached({ ...goal, value: 3.01 })).toBe(false);
});
