import { errorOf } from '@spoor/core/testing';
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../test/btf-builder.js';
import { builtLayout as layout } from '../test/built-layout.js';
import { describeLayout } from './layout.js';
import { layoutOf } from './layout-of.js';
import { parseBtf } from './parse-btf.js';

const failure = (add: (builder: BtfBuilder) => number) => errorOf(() => layout(add));

describe('scalars', () => {
  test('integers, bool, pointers', () => {
    expect(layout((b) => b.int('unsigned short', 2))).toEqual({ kind: 'int', size: 2, signed: false });
    expect(layout((b) => b.int('long', 8, 'signed'))).toEqual({ kind: 'int', size: 8, signed: true });
    expect(layout((b) => b.int('_Bool', 1, 'bool'))).toEqual({ kind: 'bool', size: 1 });
    expect(layout((b) => b.pointer(0))).toEqual({ kind: 'pointer', size: 8 });
  });

  test('enums keep their values', () => {
    expect(layout((b) => b.enum('origin', 4, { FORK: 1, EXEC: -2 }, true))).toEqual({
      kind: 'enum',
      name: 'origin',
      size: 4,
      signed: true,
      values: { FORK: 1, EXEC: -2 },
    });
  });

  test('typedefs, qualifiers and tags are looked through, and name what has no name', () => {
    const built = layout((b) => {
      const bare = b.struct('', 0, []);
      return b.refer(
        'const',
        b.refer('volatile', b.refer('typeTag', b.refer('typedef', bare, 'name_t'), 'tag')),
      );
    });
    expect(built).toEqual({ kind: 'struct', name: 'name_t', size: 0, fields: [] });
    expect(layout((b) => b.refer('typedef', b.enum('', 4, { A: 1 }), 'kind_t'))).toMatchObject({
      name: 'kind_t',
    });
    expect(layout((b) => b.variable('count', b.refer('const', b.int('int', 4))))).toMatchObject({
      kind: 'int',
    });
  });
});

describe('arrays', () => {
  test('char is text, unsigned char is bytes, all else is elements', () => {
    expect(layout((b) => b.array(b.int('char', 1, 'signed'), 16))).toEqual({ kind: 'chars', size: 16 });
    expect(layout((b) => b.array(b.refer('typedef', b.int('char', 1), 'letter'), 4))).toEqual({
      kind: 'chars',
      size: 4,
    });
    const byte = (b: BtfBuilder) => b.refer('typedef', b.int('unsigned char', 1), '__u8');
    expect(layout((b) => b.array(byte(b), 8))).toEqual({ kind: 'bytes', size: 8 });
    expect(layout((b) => b.array(b.int('signed char', 1, 'signed'), 2))).toMatchObject({
      kind: 'array',
      length: 2,
    });
    expect(layout((b) => b.array(b.int('_Bool', 1, 'bool'), 2))).toMatchObject({ kind: 'array' });
    expect(layout((b) => b.array(b.array(b.int('int', 4, 'signed'), 3), 2))).toEqual({
      kind: 'array',
      element: { kind: 'array', element: { kind: 'int', size: 4, signed: true }, length: 3, size: 12 },
      length: 2,
      size: 24,
    });
    expect(describeLayout(layout((b) => b.array(b.array(b.int('char', 1), 16), 2)))).toBe('char[16][2]');
  });
});

describe('structs', () => {
  test('members of anonymous structs and unions are members', () => {
    const built = layout((b) => {
      const u32 = b.int('unsigned int', 4);
      const v6 = b.array(b.int('unsigned char', 1), 16);
      const pair = b.struct('', 8, [
        { name: 'low', type: u32, bitOffset: 0 },
        { name: 'high', type: u32, bitOffset: 32 },
      ]);
      const either = b.struct(
        '',
        16,
        [
          { name: '', type: pair, bitOffset: 0 },
          { name: 'v6', type: v6, bitOffset: 0 },
        ],
        'union',
      );
      return b.struct('address', 24, [
        { name: 'family', type: u32, bitOffset: 0 },
        { name: '', type: b.refer('const', either), bitOffset: 64 },
      ]);
    });
    const u32 = { kind: 'int', size: 4, signed: false };
    expect(built).toEqual({
      kind: 'struct',
      name: 'address',
      size: 24,
      fields: [
        { name: 'family', offset: 0, layout: u32 },
        { name: 'low', offset: 8, layout: u32 },
        { name: 'high', offset: 12, layout: u32 },
        { name: 'v6', offset: 8, layout: { kind: 'bytes', size: 16 } },
      ],
    });
  });

  test('a union with a name stays one', () => {
    const built = layout((b) => {
      const word = b.struct('word', 8, [{ name: 'a', type: b.int('int', 4), bitOffset: 0 }], 'union');
      return b.struct('s', 8, [{ name: 'w', type: word, bitOffset: 0 }]);
    });
    expect(built).toMatchObject({
      fields: [{ name: 'w', layout: { kind: 'union', name: 'word', size: 8 } }],
    });
  });
});

describe('by name', () => {
  const builder = new BtfBuilder();
  const int = builder.int('int', 4, 'signed');
  builder.struct('both', 8, []);
  builder.refer('typedef', int, 'both');
  builder.enum('mode', 4, { A: 1 });
  builder.struct('shape', 2, [], 'union');
  const btf = parseBtf(builder.build(), { file: 'x.o' });

  test('a tag may be written or not', () => {
    expect(layoutOf(btf, 'both')).toMatchObject({ kind: 'struct', size: 8 });
    expect(layoutOf(btf, 'struct both')).toMatchObject({ kind: 'struct' });
    expect(layoutOf(btf, 'enum mode')).toMatchObject({ kind: 'enum' });
    expect(layoutOf(btf, 'mode')).toMatchObject({ kind: 'enum' });
    expect(layoutOf(btf, 'union shape')).toMatchObject({ kind: 'union' });
    expect(layoutOf(btf, 'int')).toMatchObject({ kind: 'int' });
  });

  test.each(['nothing', 'enum both', 'union both', 'struct mode', ''])('no type is called %s', (name) => {
    const error = errorOf(() => layoutOf(btf, name));
    expect(error).toMatchObject({ code: 'LAYOUT_UNKNOWN', message: `x.o: no type is called ${name}` });
  });
});

describe('types without a layout', () => {
  const inStruct = (type: (b: BtfBuilder) => number) => (b: BtfBuilder) =>
    b.struct('s', 16, [{ name: 'field', type: type(b), bitOffset: 0 }]);

  test.each<[string, string, (b: BtfBuilder) => number]>([
    [
      'a declaration',
      's.field is the struct later, which is only declared',
      inStruct((b) => b.forward('later', 'struct')),
    ],
    ['void', 's.field is a void', inStruct(() => 0)],
    ['a function', 's.field is a function-proto', inStruct((b) => b.functionProto(0, []))],
    [
      'huge',
      's is larger than',
      (b) => b.refer('typedef', b.array(b.array(b.int('int', 4), 2 ** 20), 2 ** 20), 's'),
    ],
    [
      'many of nothing',
      's.field is an array of elements without a size',
      inStruct((b) => b.array(b.struct('', 0, []), 9)),
    ],
  ])('%s', (_, message, add) => {
    const error = failure(add);
    expect(error.code).toBe('LAYOUT_UNKNOWN');
    expect(error.message).toContain(`x.o: ${message}`);
  });

  test('a bitfield of an old compiler, and an integer of few bits, are bitfields', () => {
    const fields = (add: (b: BtfBuilder) => number) => {
      const built = layout(add);
      return built.kind === 'struct' ? built.fields : [];
    };
    const bits = { kind: 'bits', signed: false };
    expect(
      fields((b) => {
        const int = b.add({ kind: 1, name: 'int', sizeOrType: 4, extra: [7] });
        return b.struct('s', 8, [
          { name: 'few', type: int, bitOffset: 0 },
          { name: 'later', type: int, bitOffset: 35 },
        ]);
      }),
    ).toEqual([
      { name: 'few', offset: 0, layout: { ...bits, size: 1, shift: 0, bits: 7 } },
      { name: 'later', offset: 4, layout: { ...bits, size: 2, shift: 3, bits: 7 } },
    ]);
  });

  test('a member that begins within a byte is broken BTF', () => {
    const error = failure((b) => b.struct('s', 8, [{ name: 'p', type: b.pointer(0), bitOffset: 3 }]));
    expect(error).toMatchObject({ code: 'BTF_INVALID', message: expect.stringContaining('within a byte') });
  });

  test('a struct inside of itself', () => {
    expect(failure((b) => b.struct('s', 8, [{ name: 'again', type: 1, bitOffset: 0 }])).message).toContain(
      'nested more',
    );
    expect(failure((b) => b.struct('s', 8, [{ name: '', type: 1, bitOffset: 0 }])).message).toContain(
      'nested more',
    );
  });

  test.each(['inner', ''])('structs that repeat without end (%s)', (name) => {
    const error = failure((b) => {
      let type = b.struct('none', 0, []);
      for (let level = 0; level < 40; level++) {
        const members = [1, 2].map((copy) => ({ name: name && `${name}${copy}`, type, bitOffset: 0 }));
        type = b.struct(`level${level}`, 0, members);
      }
      return type;
    });
    expect(error).toMatchObject({ code: 'LAYOUT_UNKNOWN' });
    expect(error.message).toContain('consists of more than 65536 parts');
  });

  test.each(['inner', ''])('a member past the end of its struct is broken BTF (%s)', (name) => {
    const error = failure((b) => {
      const type = b.struct('wide', 8, []);
      return b.struct('s', 8, [{ name, type, bitOffset: 32 }]);
    });
    expect(error).toMatchObject({ code: 'BTF_INVALID' });
    expect(error.message).toContain('ends behind the struct');
  });
});
