import { errorOf } from '@spoor/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layouts } from '../test/layout-arbitraries.js';
import { assertLayout, compareLayouts } from './compare-layouts.js';
import type { Layout } from './layout.js';
import { ctype, type Fields } from './schema.js';

const id: Fields = { tgid: [0, ctype.u32], start_time_ns: [8, ctype.u64] };
const base: Fields = {
  id: [0, ctype.struct('task_id', 16, id)],
  comm: [16, ctype.chars(16)],
  origin: [32, ctype.enum('origin', ctype.u32, { FORK: 1, EXEC: 2 })],
  scopes: [40, ctype.array(ctype.u64, 2)],
};
const info = (changes: Fields = {}, size = 56): Layout =>
  ctype.struct('proc_info', size, { ...base, ...changes }).layout;

const without = (name: string): Layout => {
  const { [name]: _, ...rest } = base;
  return ctype.struct('proc_info', 56, rest).layout;
};

describe('the first difference is named', () => {
  test.each<[string, Layout, string]>([
    [
      'size',
      info({}, 64),
      'proc_info: expected struct proc_info of 56 bytes at offset 0, found struct proc_info of 64',
    ],
    [
      'type',
      info({ comm: [16, ctype.bytes(16)] }),
      'proc_info.comm: expected char[16] at offset 16, found u8[16] at offset 16',
    ],
    [
      'width',
      info({ comm: [16, ctype.chars(8)] }),
      'proc_info.comm: expected char[16] at offset 16, found char[8] at',
    ],
    [
      'offset',
      info({ comm: [24, ctype.chars(16)] }),
      'proc_info.comm: expected char[16] at offset 16, found char[16] at offset 24',
    ],
    ['missing', without('scopes'), 'proc_info.scopes: expected u64[2] at offset 40, found no such field'],
    [
      'additional',
      info({ more: [52, ctype.u32] }),
      'proc_info.more: expected no such field, found u32 at offset 52',
    ],
    [
      'length',
      info({ scopes: [40, ctype.array(ctype.u64, 1)] }),
      'proc_info.scopes: expected u64[2] at offset 40, found u64[1]',
    ],
    [
      'element',
      info({ scopes: [40, ctype.array(ctype.s64, 2)] }),
      'proc_info.scopes[]: expected u64 at offset 40, found s64',
    ],
    [
      'nested',
      info({ id: [0, ctype.struct('task_id', 16, { ...id, start_time_ns: [8, ctype.s64] })] }),
      'proc_info.id.start_time_ns: expected u64 at offset 8, found s64 at offset 8',
    ],
    [
      'an enumerator with another value',
      info({ origin: [32, ctype.enum('origin', ctype.u32, { FORK: 1, EXEC: 3 })] }),
      'proc_info.origin::EXEC: expected = 2 at offset 32, found = 3 at offset 32',
    ],
    [
      'an enumerator that is gone',
      info({ origin: [32, ctype.enum('origin', ctype.u32, { FORK: 1 })] }),
      'proc_info.origin::EXEC: expected = 2 at offset 32, found no such field',
    ],
    [
      'a narrower enum',
      info({ origin: [32, ctype.enum('origin', ctype.u8, { FORK: 1, EXEC: 2 })] }),
      'proc_info.origin: expected enum origin of 4 bytes at offset 32, found enum origin of 1 bytes',
    ],
    [
      'a signed enum',
      info({ origin: [32, ctype.enum('origin', ctype.s32, { FORK: 1, EXEC: 2 })] }),
      'found enum origin of 4 bytes, signed at offset 32',
    ],
  ])('%s', (_, actual, message) => {
    const error = errorOf(() => assertLayout(info(), actual, { file: 'x.o' }));
    expect(error.code).toBe('LAYOUT_MISMATCH');
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^x\.o: /);
    expect(error.remedy).toBe('Generate the types again from the object that is loaded.');
  });
});

test('a difference is data too', () => {
  expect(compareLayouts(info(), info({ comm: [24, ctype.bytes(8)] }))).toEqual({
    path: 'proc_info.comm',
    expected: { type: 'char[16]', offset: 16 },
    actual: { type: 'u8[8]', offset: 24 },
  });
  expect(compareLayouts(ctype.u32.layout, ctype.s32.layout)?.path).toBe('u32');
  expect(
    compareLayouts(
      ctype.union('u', 4, { a: [0, ctype.u32] }).layout,
      ctype.union('u', 4, { a: [0, ctype.s32] }).layout,
    )?.path,
  ).toBe('u.a');
});

test('names of types do not matter, names of fields do', () => {
  const other = ctype.struct('process', 56, { ...base, id: [0, ctype.struct('task_key', 16, id)] }).layout;
  expect(compareLayouts(info(), other)).toBeUndefined();
  expect(assertLayout(info(), other)).toBeUndefined();
});

test('a layout equals its copy out of JSON, and no layout equals one that grew', () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      expect(compareLayouts(layout, JSON.parse(JSON.stringify(layout)))).toBeUndefined();
      const larger = ctype.struct('grown', layout.size + 8, { more: [layout.size, ctype.u64] }).layout;
      expect(compareLayouts(layout, larger)).toBeDefined();
      expect(compareLayouts(larger, layout)).toBeDefined();
    }),
  );
});
