import { expect, test } from 'vitest';
import { sampleReport } from '../../test/sample-report.js';
import { rowsOf } from './rows.js';

const [time, memory] = sampleReport.finding.measurements;

test('rows are in one scale, with spread and ratio', () => {
  const { rows, scale } = rowsOf(time!);
  expect(scale.symbol).toBe('µs');
  expect(rows.map(({ median, spread, ratio }) => [median, spread, ratio])).toEqual([
    ['2.10 µs', '2.00 – 2.20', '0.50 × (0.50 – 0.50)'],
    ['4.20 µs', '4.00 – 4.40', ''],
    ['0.00 µs', '0.00 – 0.00', '0.00 × (0.00 – 0.00)'],
  ]);
});

test('one round has no spread, and no base no ratio', () => {
  expect(rowsOf(memory!).rows).toMatchObject([{ median: '81.0 MB', spread: '', ratio: '' }]);
});

test('a multiple of nothing is not told', () => {
  const { rows } = rowsOf({ ...time!, base: 'nothing' });
  expect(rows.map(({ ratio }) => ratio)).toEqual(['', '', '']);
});

test('a base that is absent leaves the rest as it is', () => {
  expect(rowsOf({ ...time!, base: 'gone' }).rows.map(({ ratio }) => ratio)).toEqual(['', '', '']);
});
