import { expect, test } from 'vitest';
import { SpoorError } from './error.js';

const detailsOf = (details: Record<string, unknown>) =>
  JSON.parse(JSON.stringify(new SpoorError('INVALID_VALUE', 'x', { details }).details));

test('the details of an error survive JSON, whatever they hold', () => {
  const ring: Record<string, unknown> = { name: 'ring' };
  ring['self'] = ring;
  expect(
    detailsOf({
      wide: 2n ** 64n - 1n,
      nested: { list: [1, 2n], none: null },
      words: BigUint64Array.of(1n),
      bytes: Uint8Array.of(1, 255),
      map: new Map([['a', 1n]]),
      set: new Set(['a']),
      number: Number.NaN,
      ring,
      error: new TypeError('no'),
      date: new Date(0),
      symbol: Symbol('s'),
    }),
  ).toEqual({
    wide: '18446744073709551615',
    nested: { list: [1, '2'], none: null },
    words: ['1'],
    bytes: [1, 255],
    map: [['a', '1']],
    set: ['a'],
    number: 'NaN',
    ring: { name: 'ring', self: '[circular]' },
    error: 'no',
    date: '1970-01-01T00:00:00.000Z',
    symbol: 'Symbol(s)',
  });
});

test('an object that is named twice, not by itself, is copied twice', () => {
  const shared = { a: 1 };
  expect(detailsOf({ one: shared, two: [shared] })).toEqual({ one: { a: 1 }, two: [{ a: 1 }] });
});
