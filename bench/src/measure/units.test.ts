import { expect, test } from 'vitest';
import { figures, quantity, scaled, scaleFor } from './units.js';

test('three figures, and no more than whole numbers have', () => {
  expect([0, 0.0123, 0.5, 1.234, 9.994, 9.996, 12.34, 99.96, 1234.5].map(figures)).toEqual([
    '0.00',
    '0.012',
    '0.50',
    '1.23',
    '9.99',
    '10.0',
    '12.3',
    '100',
    '1,235',
  ]);
});

test('one scale for a whole table, by its largest number', () => {
  const scale = scaleFor('ns', [150, 130_000_000]);
  expect(scale.symbol).toBe('ms');
  expect(scaled(130_000_000, scale)).toBe('130');
  expect(scaleFor('ns', [1900]).symbol).toBe('ns');
  expect(scaleFor('ns', [2100]).symbol).toBe('µs');
  expect(scaleFor('ns', [0]).symbol).toBe('ns');
});

test('a quantity has its unit, where there is one', () => {
  expect(quantity(80e6, 'bytes')).toBe('80.0 MB');
  expect(quantity(0.12, 'percent')).toBe('0.12 %');
  expect(quantity(3, 'count')).toBe('3');
  expect(quantity(20_000.5, 'count')).toBe('20,000.5');
  expect(quantity(2.5, 'times')).toBe('2.50 ×');
});
