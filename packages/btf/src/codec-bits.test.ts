import { errorOf } from '@spoor/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtLayout as layout } from '../test/built-layout.js';
import { compileCodec } from './codec.js';
import type { Layout } from './layout.js';
import { ctype } from './schema.js';

const codecOf = (of: Layout) => compileCodec<Record<string, unknown>>(of as never);

describe('bitfields', () => {
  const ipHeader = layout((b) => {
    const u8 = b.int('unsigned char', 1);
    return b.struct('iphdr', 4, [
      { name: 'ihl', type: u8, bitOffset: 0, bitSize: 4 },
      { name: 'version', type: u8, bitOffset: 4, bitSize: 4 },
      { name: 'tos', type: u8, bitOffset: 8 },
      { name: 'tot_len', type: b.int('unsigned short', 2), bitOffset: 16 },
    ]);
  });

  test('share a byte', () => {
    const codec = codecOf(ipHeader);
    expect(codec.decode(Uint8Array.of(0x45, 1, 2, 3))).toEqual({
      ihl: 5,
      version: 4,
      tos: 1,
      totLen: 0x0302,
    });
    expect(codec.encode({ ihl: 5, version: 4, tos: 1, totLen: 0x0302 })).toEqual(
      Uint8Array.of(0x45, 1, 2, 3),
    );
  });

  test('are signed, boolean, 64 bits wide, in several bytes, and without a name', () => {
    const odd = layout((b) => {
      const s32 = b.int('int', 4, 'signed');
      const u64 = b.int('unsigned long', 8);
      return b.struct('odd', 16, [
        { name: 'a', type: s32, bitOffset: 0, bitSize: 3 },
        { name: '', type: s32, bitOffset: 3, bitSize: 2 },
        { name: 'flag', type: b.int('_Bool', 1, 'bool'), bitOffset: 5, bitSize: 1 },
        { name: 'b', type: s32, bitOffset: 6, bitSize: 20 },
        { name: 'wide', type: u64, bitOffset: 64, bitSize: 40 },
        { name: 'rest', type: u64, bitOffset: 104, bitSize: 24 },
      ]);
    });
    const codec = codecOf(odd);
    const value = { a: -4, flag: true, b: -524_288, wide: 2n ** 40n - 2n, rest: 0xabcdef };
    expect(codec.decode(codec.encode(value))).toEqual(value);
    expect(codec.encode({ a: -1, flag: false, b: 0, wide: 0n, rest: 0 })).toEqual(
      Uint8Array.of(7, ...new Array(15).fill(0)),
    );
  });

  test.each([
    ['ihl', 16],
    ['ihl', -1],
    ['ihl', 1.5],
    ['ihl', 1n],
    ['ihl', undefined],
  ])('of %s, the value %s cannot be written', (name, wrong) => {
    const value = { ihl: 5, version: 4, tos: 1, totLen: 2, [name]: wrong };
    expect(errorOf(() => codecOf(ipHeader).encode(value))).toMatchObject({
      code: 'INVALID_VALUE',
      message: expect.stringContaining('iphdr.ihl: expected an integer from 0 to 2^4 - 1'),
    });
  });

  test('read back as they were written, at any place and of any width', () => {
    const field = fc.record({ bits: fc.integer({ min: 1, max: 64 }), signed: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 9 }),
        fc.infiniteStream(fc.bigInt()),
        (fields, numbers) => {
          let bit = 0;
          const members: Record<string, readonly [number, never]> = {};
          const value: Record<string, unknown> = {};
          for (const [index, { bits, signed }] of fields.entries()) {
            const make = bits > 32 ? ctype.wideBits : ctype.bits;
            members[`f${index}`] = [bit >> 3, make(bit & 7, bits, signed) as never];
            const wrapped = (signed ? BigInt.asIntN : BigInt.asUintN)(bits, numbers.next().value!);
            value[`f${index}`] = bits > 32 ? wrapped : Number(wrapped);
            bit += bits;
          }
          const codec = codecOf(ctype.struct('s', Math.ceil(bit / 8), members).layout as Layout);
          expect(codec.decode(codec.encode(value))).toEqual(value);
        },
      ),
    );
  });
});

describe('numbers', () => {
  test('floating-point numbers', () => {
    const codec = codecOf(
      layout((b) =>
        b.struct('s', 16, [
          { name: 'half', type: b.float('float', 4), bitOffset: 0 },
          { name: 'whole', type: b.float('double', 8), bitOffset: 64 },
        ]),
      ),
    );
    for (const value of [
      { half: 0.5, whole: Math.PI },
      { half: Number.NEGATIVE_INFINITY, whole: Number.NaN },
    ])
      expect(codec.decode(codec.encode(value))).toEqual(value);
    expect(errorOf(() => codec.encode({ half: 1, whole: 1n })).message).toBe(
      's.whole: expected a number, got 1n',
    );
  });

  test('128-bit integers', () => {
    const signed = compileCodec<bigint>(layout((b) => b.int('__int128', 16, 'signed')) as never);
    const unsigned = compileCodec<bigint>(layout((b) => b.int('unsigned __int128', 16)) as never);
    for (const value of [0n, -1n, 2n ** 127n - 1n, -(2n ** 127n)])
      expect(signed.decode(signed.encode(value))).toBe(value);
    for (const value of [0n, 2n ** 64n, 2n ** 128n - 1n])
      expect(unsigned.decode(unsigned.encode(value))).toBe(value);
    for (const wrong of [-1n, 2n ** 128n, 1])
      expect(errorOf(() => unsigned.encode(wrong as bigint))).toMatchObject({ code: 'INVALID_VALUE' });
  });

  test('64-bit enums keep their names', () => {
    expect(layout((b) => b.enum64('big', { ONE: 1n, TOP: 2n ** 63n }))).toEqual({
      kind: 'int',
      size: 8,
      signed: false,
      values: { ONE: '1', TOP: '9223372036854775808' },
    });
  });

  test('a member that nothing else describes is bytes', () => {
    const codec = codecOf(
      layout((b) =>
        b.struct('s', 32, [
          { name: 'long_double', type: b.float('long double', 16), bitOffset: 0 },
          { name: 'hits', type: b.int('unsigned long', 8), bitOffset: 128 },
        ]),
      ),
    );
    expect(codec.decode(codec.encode({ longDouble: new Uint8Array(16).fill(3), hits: 4n }))).toEqual({
      longDouble: new Uint8Array(16).fill(3),
      hits: 4n,
    });
  });
});
