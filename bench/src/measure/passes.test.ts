import { expect, test } from 'vitest';
import type { Observation, Series } from '../finding.js';
import { merge } from './passes.js';

const series = (name: string, ...samples: number[]): Series => ({ name, side: 'ours', samples });
const observed = (all: readonly Series[], more: Partial<Observation> = {}): Observation => ({
  measurements: [{ id: 'time', title: 'Time', unit: 'ns', base: 'a', series: all }],
  absent: [],
  remarks: [],
  ...more,
});

test('the rounds of a series follow each other, pass by pass', () => {
  const { measurements } = merge([
    observed([series('a', 1, 2), series('b', 3)]),
    observed([series('a', 4), series('b', 5)]),
  ]);
  expect(measurements).toEqual([
    { id: 'time', title: 'Time', unit: 'ns', base: 'a', series: [series('a', 1, 2, 4), series('b', 3, 5)] },
  ]);
});

test('keeps a measurement that only one pass has', () => {
  const other = { id: 'memory', title: 'Memory', unit: 'bytes', series: [series('a', 9)] } as const;
  const { measurements } = merge([
    observed([series('a', 1)]),
    observed([series('b', 2)], { measurements: [other] }),
  ]);
  expect(measurements.map(({ id }) => id)).toEqual(['time', 'memory']);
});

test('removes duplicate remarks', () => {
  const said = { absent: ['strace'], remarks: ['as it is', 'once'] };
  const { absent, remarks } = merge([observed([], said), observed([], { ...said, remarks: ['as it is'] })]);
  expect({ absent, remarks }).toEqual(said);
});

test('one pass is what it is', () => {
  const only = observed([series('a', 1)], { remarks: ['so'] });
  expect(merge([only])).toEqual(only);
});
