import { errorOf } from '@spoor/core/testing';
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../test/btf-builder.js';
import type { BtfType } from './btf-types.js';
import { parseBtf } from './parse-btf.js';

/** Breaks the bytes in place, or returns others. */
type Change = (view: DataView, bytes: Uint8Array) => unknown;

const parse = (builder: BtfBuilder) => parseBtf(builder.build(), { file: 'x.btf' });

function decoded(add: (builder: BtfBuilder) => number): BtfType {
  const builder = new BtfBuilder();
  const id = add(builder);
  return parse(builder).typeById(id);
}

describe('every kind is decoded', () => {
  test('int', () => {
    expect(decoded((b) => b.int('long', 8, 'signed'))).toEqual({
      kind: 'int',
      id: 1,
      name: 'long',
      size: 8,
      signed: true,
      bool: false,
      bits: 64,
      bitOffset: 0,
    });
    expect(decoded((b) => b.int('_Bool', 1, 'bool'))).toMatchObject({ bool: true, signed: false });
  });

  test('pointer, array, forward', () => {
    expect(decoded((b) => b.pointer(7))).toEqual({ kind: 'pointer', id: 1, type: 7 });
    expect(decoded((b) => b.array(3, 16))).toEqual({
      kind: 'array',
      id: 1,
      element: 3,
      index: 3,
      length: 16,
    });
    expect(decoded((b) => b.forward('later', 'union'))).toEqual({
      kind: 'forward',
      id: 1,
      name: 'later',
      of: 'union',
    });
    expect(decoded((b) => b.forward('later', 'struct'))).toMatchObject({ of: 'struct' });
  });

  test('struct and union, with and without bitfields', () => {
    const members = [{ name: 'a', type: 1, bitOffset: 0x1_000_008 }];
    expect(decoded((b) => b.struct('wide', 0x400_000, members))).toMatchObject({
      kind: 'struct',
      size: 0x400_000,
      members: [{ name: 'a', type: 1, bitOffset: 0x1_000_008, bitSize: 0 }],
    });
    const bits = [{ name: 'b', type: 1, bitOffset: 3, bitSize: 5 }];
    expect(decoded((b) => b.struct('bits', 4, bits, 'union'))).toMatchObject({
      kind: 'union',
      members: [{ name: 'b', type: 1, bitOffset: 3, bitSize: 5 }],
    });
  });

  test('enum and enum64', () => {
    expect(decoded((b) => b.enum('plain', 4, { A: 0, B: 0xffff_ffff }))).toMatchObject({
      kind: 'enum',
      signed: false,
      values: [
        { name: 'A', value: 0 },
        { name: 'B', value: 0xffff_ffff },
      ],
    });
    expect(decoded((b) => b.enum('minus', 4, { A: -1 }, true))).toMatchObject({
      values: [{ name: 'A', value: -1 }],
    });
    expect(decoded((b) => b.enum64('big', { TOP: 2n ** 64n - 1n }))).toMatchObject({
      kind: 'enum',
      size: 8,
      values: [{ name: 'TOP', value: 2n ** 64n - 1n }],
    });
    expect(decoded((b) => b.enum64('low', { LOW: -(2n ** 40n) }, true))).toMatchObject({
      values: [{ name: 'LOW', value: -(2n ** 40n) }],
    });
  });

  test('references by name', () => {
    expect(decoded((b) => b.refer('typedef', 3, 'u32'))).toEqual({
      kind: 'typedef',
      id: 1,
      name: 'u32',
      type: 3,
    });
    expect(decoded((b) => b.refer('const', 3))).toEqual({ kind: 'const', id: 1, type: 3 });
    expect(decoded((b) => b.refer('volatile', 3))).toEqual({ kind: 'volatile', id: 1, type: 3 });
    expect(decoded((b) => b.refer('restrict', 3))).toEqual({ kind: 'restrict', id: 1, type: 3 });
    expect(decoded((b) => b.refer('typeTag', 3, 'rcu'))).toEqual({
      kind: 'type-tag',
      id: 1,
      name: 'rcu',
      type: 3,
    });
    expect(decoded((b) => b.declTag('tag', 3, -1))).toEqual({
      kind: 'decl-tag',
      id: 1,
      name: 'tag',
      type: 3,
      component: -1,
    });
  });

  test('functions, variables, sections, floats', () => {
    expect(decoded((b) => b.functionProto(2, [['task', 5]]))).toEqual({
      kind: 'function-proto',
      id: 1,
      returns: 2,
      parameters: [{ name: 'task', type: 5 }],
    });
    expect(decoded((b) => b.function('main', 4, 2))).toEqual({
      kind: 'function',
      id: 1,
      name: 'main',
      type: 4,
      linkage: 'extern',
    });
    expect(decoded((b) => b.variable('count', 4, 0))).toEqual({
      kind: 'variable',
      id: 1,
      name: 'count',
      type: 4,
      linkage: 'static',
    });
    expect(decoded((b) => b.datasec('.bss', [[9, 16, 8]]))).toMatchObject({
      kind: 'datasec',
      name: '.bss',
      variables: [{ variable: 9, offset: 16, size: 8 }],
    });
    expect(decoded((b) => b.float('double', 8))).toEqual({ kind: 'float', id: 1, name: 'double', size: 8 });
  });
});

describe('finding', () => {
  const builder = new BtfBuilder();
  const u32 = builder.int('unsigned int', 4);
  const fields = builder.struct('task_struct', 4, [{ name: 'pid', type: u32, bitOffset: 0 }]);
  const either = builder.struct('either', 4, [], 'union');
  const alias = builder.refer('typedef', fields, 'task_struct');
  const kinds = builder.enum('kinds', 4, { A: 1 });
  const wide = builder.enum64('wide', { B: 1n });
  const proto = builder.functionProto(0, [['task', fields]]);
  builder.function('do_exit', proto);
  builder.refer('typedef', builder.pointer(proto), 'btf_trace_exit');
  const section = builder.datasec('.rodata', []);
  const btf = parse(builder);

  test('is by name and by kind', () => {
    expect(btf.findStruct('task_struct')?.id).toBe(fields);
    expect(btf.findTypedef('task_struct')?.id).toBe(alias);
    expect(btf.findUnion('either')?.id).toBe(either);
    expect(btf.findEnum('kinds')?.id).toBe(kinds);
    expect(btf.findEnum('wide')?.id).toBe(wide);
    expect(btf.findInt('unsigned int')?.id).toBe(u32);
    expect(btf.datasec('.rodata')?.id).toBe(section);
    expect(btf.datasecs().map(({ id }) => id)).toEqual([section]);
  });

  test('a missing type is undefined', () => {
    expect(btf.findStruct('either')).toBeUndefined();
    expect(btf.findStruct('struct')).toBeUndefined();
    expect(btf.findStruct('')).toBeUndefined();
    expect(btf.findStruct('pid\0task_struct')).toBeUndefined();
    expect(btf.functionPrototype('task_struct')).toBeUndefined();
    expect(btf.functionPrototype('kinds')).toBeUndefined();
  });

  test('a prototype is found by the function and by the typedef of a tracepoint', () => {
    expect(btf.functionPrototype('do_exit')?.id).toBe(proto);
    expect(btf.functionPrototype('btf_trace_exit')?.parameters).toEqual([{ name: 'task', type: fields }]);
  });

  test('a name may be the tail of another string', () => {
    const tails = new BtfBuilder();
    const id = tails.struct('my_task', 0, []);
    const bytes = tails.build();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(24, tails.text('my_task') + 3, true);
    expect(parseBtf(bytes).findStruct('task')?.id).toBe(id);
    expect(parseBtf(bytes).findStruct('my_task')).toBeUndefined();
  });

  test('types are iterated in the order of their ids', () => {
    const ids = [...btf.types].map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: btf.typeCount }, (_, id) => id));
    expect(btf.typeById(0)).toEqual({ kind: 'void', id: 0 });
  });

  test('sizes are those of C', () => {
    const sized = new BtfBuilder();
    const byte = sized.int('char', 1);
    const rows = sized.array(sized.array(byte, 3), 5);
    const typedef = sized.refer('typedef', rows, 'grid');
    const pointer = sized.pointer(byte);
    expect(parse(sized).sizeOf(typedef)).toBe(15);
    expect(parse(sized).sizeOf(pointer)).toBe(8);
    expect(parse(sized).sizeOf(0)).toBeUndefined();
  });
});

describe('broken BTF', () => {
  function broken(change: Change) {
    const builder = new BtfBuilder();
    builder.struct('s', 4, [{ name: 'a', type: 2, bitOffset: 0 }]);
    builder.int('int', 4);
    const bytes = builder.build();
    const result = change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes);
    const changed = result instanceof Uint8Array ? result : bytes;
    return errorOf(() => parseBtf(changed, { file: 'x.btf' }));
  }

  test.each<[string, string, Change]>([
    ['no bytes', 'x.btf: ends before the BTF header does (at byte 0)', () => new Uint8Array(0)],
    [
      'another magic',
      'x.btf: starts with 0x1234 instead of the BTF magic',
      (v) => v.setUint16(0, 0x1234, true),
    ],
    ['big-endian', 'x.btf: is of a big-endian machine', (v) => v.setUint16(0, 0xeb9f, false)],
    ['version', 'x.btf: has BTF version 2', (v) => v.setUint8(2, 2)],
    ['short header', 'x.btf: has a header of 8 bytes', (v) => v.setUint32(4, 8, true)],
    ['types past the end', 'x.btf: ends before its types do', (v) => v.setUint32(12, 0xffff_fff0, true)],
    ['strings past the end', 'x.btf: ends before its strings do', (v) => v.setUint32(20, 9999, true)],
    ['a cut file', 'x.btf: ends before its strings do', (_, bytes) => bytes.subarray(0, -1)],
    ['no strings', 'x.btf: the strings do not start and end with NUL', (v) => v.setUint32(20, 0, true)],
    ['an unknown kind', 'x.btf: type 1 has the unknown kind 31', (v) => v.setUint32(28, 31 << 24, true)],
    ['void stored', 'x.btf: type 1 has the unknown kind 0', (v) => v.setUint32(28, 0, true)],
    ['too many members', 'x.btf: type 1 is cut off (at byte 24)', (v) => v.setUint16(28, 500, true)],
    ['half a type', 'x.btf: type 1 is cut off', (v) => v.setUint32(12, 8, true)],
  ])('%s', (_, message, change) => {
    const error = broken(change);
    expect(error.code).toBe('BTF_INVALID');
    expect(error.message).toContain(message);
    expect(error.details['file']).toBe('x.btf');
  });

  test('a reference to no type', () => {
    const builder = new BtfBuilder();
    const id = builder.refer('typedef', 99, 'lost');
    const error = errorOf(() => parse(builder).resolve(id));
    expect(error).toMatchObject({ code: 'BTF_INVALID', message: 'x.btf: there is no type 99 of 2' });
    expect(errorOf(() => parse(builder).typeById(-1)).code).toBe('BTF_INVALID');
    expect(errorOf(() => parse(builder).typeById(0.5)).code).toBe('BTF_INVALID');
  });

  test('typedefs in a circle, arrays in a circle', () => {
    const builder = new BtfBuilder();
    builder.refer('typedef', 2, 'a');
    builder.refer('typedef', 1, 'b');
    builder.array(3, 2);
    expect(errorOf(() => parse(builder).resolve(1)).message).toContain('do not end');
    expect(errorOf(() => parse(builder).sizeOf(3)).message).toContain('do not end');
  });

  test('a name outside of the strings', () => {
    const builder = new BtfBuilder();
    builder.int('int', 4);
    const bytes = builder.build();
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(24, 5000, true);
    const error = errorOf(() => parseBtf(bytes, { file: 'x.btf' }).typeById(1));
    expect(error).toMatchObject({ code: 'BTF_INVALID', message: 'x.btf: there is no string at 5000 of 5' });
  });
});
