import { errorOf } from '@spoor/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layouts } from '../test/layout-arbitraries.js';
import { compileCodec } from './codec.js';
import type { Layout } from './layout.js';
import { assertValidLayout } from './validate-layout.js';

const u8 = { kind: 'int', size: 1, signed: false };
const struct = (fields: unknown, size: unknown = 8) => ({ kind: 'struct', name: 's', size, fields });
const nested = (depth: number): unknown =>
  depth === 0 ? u8 : { kind: 'array', element: nested(depth - 1), length: 1, size: 1 };

test('layouts out of JSON are valid', () => {
  fc.assert(fc.property(layouts, (layout) => assertValidLayout(JSON.parse(JSON.stringify(layout)))));
});

test.each<[string, unknown, string]>([
  ['nothing', null, 'layout: expected an object'],
  ['another kind', { kind: 'decimal', size: 4 }, 'layout.kind: unknown kind "decimal"'],
  [
    'bits of another size',
    { kind: 'bits', size: 2, shift: 0, bits: 8, signed: false },
    'layout.size: is not that of the bits',
  ],
  [
    'no bits',
    { kind: 'bits', size: 0, shift: 0, bits: 0, signed: false },
    'layout.size: is not that of the bits',
  ],
  [
    'a wide shift',
    { kind: 'bits', size: 2, shift: 8, bits: 8, signed: false },
    'layout.shift: expected an integer',
  ],
  ['a float of 16 bytes', { kind: 'float', size: 16 }, 'layout.size: expected 4, 8'],
  [
    'names that are no digits',
    { kind: 'int', size: 8, signed: false, values: { A: '0x1' } },
    'layout.values: expected decimal digits',
  ],
  ['a size that is code', { kind: 'chars', size: '1);process.exit(' }, 'layout.size: expected an integer'],
  ['a negative size', { kind: 'bytes', size: -1 }, 'layout.size: expected an integer'],
  ['a huge size', { kind: 'bytes', size: 2 ** 40 }, 'layout.size: expected an integer'],
  ['an int of 3 bytes', { kind: 'int', size: 3, signed: false }, 'layout.size: expected 1, 2, 4, 8'],
  ['an int without a sign', { kind: 'int', size: 4 }, 'layout.signed: expected a boolean'],
  ['a wide bool', { kind: 'bool', size: 4 }, 'layout.size: expected 1'],
  ['a narrow pointer', { kind: 'pointer', size: 4 }, 'layout.size: expected 8'],
  [
    'a wide enum',
    { kind: 'enum', size: 8, signed: false, name: '', values: {} },
    'layout.size: expected 1, 2, 4',
  ],
  [
    'an enum of texts',
    { kind: 'enum', size: 4, signed: false, name: '', values: { A: 'x' } },
    'layout.values: expected integers',
  ],
  [
    'an enum of nothing',
    { kind: 'enum', size: 4, signed: false, name: '', values: null },
    'layout.values: expected an object',
  ],
  [
    'an array of another size',
    { kind: 'array', element: u8, length: 4, size: 5 },
    'layout.size: is not length',
  ],
  ['many of nothing', { kind: 'array', element: struct([], 0), length: 9, size: 0 }, 'elements of no size'],
  ['fields that are none', struct('x'), 'layout.fields: expected an array'],
  ['a field that is none', struct([7]), 'layout.fields[0]: expected an object'],
  ['a field without a name', struct([{ offset: 0, layout: u8 }]), 'layout.fields[0].name: expected a string'],
  [
    'an offset that is code',
    struct([{ name: 'a', offset: '0', layout: u8 }]),
    'layout.fields[0].offset: expected',
  ],
  ['a field past the end', struct([{ name: 'a', offset: 8, layout: u8 }]), 'layout.fields[0]: ends at 9'],
  ['too deep', nested(65), 'nested 64 deep at most'],
  [
    'too many',
    struct(new Array(70_000).fill({ name: 'a', offset: 0, layout: u8 })),
    'may have 65536 parts at most',
  ],
])('%s is refused, and no codec is compiled from it', (_, value, message) => {
  const error = errorOf(() => assertValidLayout(value));
  expect(error.code).toBe('LAYOUT_INVALID');
  expect(error.message).toContain(message);
  expect(errorOf(() => compileCodec((value ?? {}) as Layout)).code).toBe('LAYOUT_INVALID');
});
