import { expect, expectTypeOf, test } from 'vitest';
import { type CamelCase, camelCase } from './camel-case.js';

test.each([
  ['start_time_ns', 'startTimeNs'],
  ['comm', 'comm'],
  ['__pad', '__pad'],
  ['_a_b', '_aB'],
  ['a__b', 'aB'],
  ['tail_', 'tail'],
  ['v4_6', 'v46'],
  ['alreadyCamel_case', 'alreadyCamelCase'],
  ['', ''],
])('%s is %s', (c, js) => {
  expect(camelCase(c)).toBe(js);
});

test('the type says the same', () => {
  expectTypeOf<CamelCase<'start_time_ns'>>().toEqualTypeOf<'startTimeNs'>();
  expectTypeOf<CamelCase<'__pad'>>().toEqualTypeOf<'__pad'>();
  expectTypeOf<CamelCase<'_a_b'>>().toEqualTypeOf<'_aB'>();
  expectTypeOf<CamelCase<'a__b'>>().toEqualTypeOf<'aB'>();
  expectTypeOf<CamelCase<'tail_'>>().toEqualTypeOf<'tail'>();
  expectTypeOf<CamelCase<'v4_6'>>().toEqualTypeOf<'v46'>();
});
