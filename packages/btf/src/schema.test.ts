import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { compileCodec } from './codec.js';
import type { Layout } from './layout.js';
import { ctype, schemaOf } from './schema.js';

const VarBytes = ctype.struct('var_bytes', 8, {
  offset: [0, ctype.u16],
  length: [2, ctype.u16],
  full_length: [4, ctype.u32],
});
const Info = ctype.struct('proc_info', 88, {
  start_time_ns: [0, ctype.u64],
  delta: [8, ctype.s64],
  origin: [16, ctype.enum('origin', ctype.u8, { FORK: 1 })],
  is_new: [17, ctype.bool],
  comm: [24, ctype.chars(16)],
  raw: [40, ctype.bytes(4)],
  either: [44, ctype.union('either', 4, {})],
  parts: [48, ctype.array(VarBytes, 2)],
  exe: [64, VarBytes],
  task: [72, ctype.pointer],
  nice: [80, ctype.s8],
});
type Info = Static<typeof Info>;

const part = { offset: 1, length: 2, fullLength: 3 };
const info: Info = {
  startTimeNs: 1n,
  delta: -1n,
  origin: 1,
  isNew: true,
  comm: 'node',
  raw: new Uint8Array(4),
  either: new Uint8Array(4),
  parts: [part, part],
  exe: part,
  task: 0n,
  nice: -5,
};

test('static types have camelCase names, bigint for 64 bits, and nothing else', () => {
  expectTypeOf<Info>().toEqualTypeOf<{
    startTimeNs: bigint;
    delta: bigint;
    origin: number;
    isNew: boolean;
    comm: string;
    raw: Uint8Array;
    either: Uint8Array;
    parts: { offset: number; length: number; fullLength: number }[];
    exe: { offset: number; length: number; fullLength: number };
    task: bigint;
    nice: number;
  }>();
  // @ts-expect-error -- a 64-bit number is no number
  expect({ ...info, startTimeNs: 1 } satisfies Info).toBeDefined();
});

test('codecs and schemas of a layout know the type', () => {
  const codec = compileCodec(Info.layout);
  expectTypeOf(codec.read).returns.toEqualTypeOf<Info>();
  expectTypeOf(codec.encode).parameter(0).toEqualTypeOf<Info>();
  expectTypeOf<Static<ReturnType<typeof schemaOf<Info>>>>().toEqualTypeOf<Info>();
  expectTypeOf(compileCodec(ctype.u32.layout).read).returns.toEqualTypeOf<number>();
  expectTypeOf(compileCodec(ctype.u32.layout as Layout).read).returns.toEqualTypeOf<unknown>();
  expect(codec.decode(codec.encode(info))).toEqual(info);
});

/**
 * All own properties, those that TypeBox hides included; refinements only by their number. A
 * property that is built when it is read counts as its value.
 */
function anatomy(schema: TSchema): unknown {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(schema));
  return Object.fromEntries(
    descriptors
      .filter(([key]) => key !== 'layout')
      .map(([key, { enumerable, get, value = get?.() }]) => [
        key,
        { enumerable, value: partsOf(key, value) },
      ]),
  );
}

function partsOf(key: string, value: unknown): unknown {
  if (key === '~refine') return (value as readonly unknown[]).length;
  if (key === 'items') return anatomy(value as TSchema);
  if (key !== 'properties') return value;
  const properties = Object.entries(value as Record<string, TSchema>);
  return Object.fromEntries(properties.map(([name, inner]) => [name, anatomy(inner)]));
}

describe('schemas are what TypeBox itself would make', () => {
  const refined = (schema: TSchema) => Type.Refine(schema, () => true);
  const u16 = Type.Integer({ minimum: 0, maximum: 65_535 });
  const u32 = Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 });
  const varBytes = Type.Object({ offset: u16, length: u16, fullLength: u32 });

  test.each<[string, TSchema, TSchema]>([
    ['u16', ctype.u16, u16],
    ['s8', ctype.s8, Type.Integer({ minimum: -128, maximum: 127 })],
    ['u64', ctype.u64, refined(Type.BigInt())],
    ['pointer', ctype.pointer, refined(Type.BigInt())],
    ['bool', ctype.bool, Type.Boolean()],
    ['enum', ctype.enum('e', ctype.u16, {}), u16],
    ['chars', ctype.chars(4), refined(Type.String())],
    ['bytes', ctype.bytes(4), Type.Unsafe<Uint8Array>(refined(Type.Unknown()))],
    ['array', ctype.array(ctype.u16, 3), Type.Array(u16, { minItems: 3, maxItems: 3 })],
    ['struct', VarBytes, varBytes],
    ['struct of nothing', ctype.struct('none', 0, {}), Type.Object({})],
    ['nested', ctype.struct('s', 8, { exe: [0, VarBytes] }), Type.Object({ exe: varBytes })],
  ])('%s', (_, ours, theirs) => {
    expect(anatomy(ours)).toEqual(anatomy(theirs));
  });
});

test('a compiled schema accepts exactly what the codec writes', () => {
  const check = Compile(Info);
  expect(check.Check(info)).toBe(true);
  const wrong: object[] = [
    { startTimeNs: 1 },
    { startTimeNs: -1n },
    { startTimeNs: 2n ** 64n },
    { delta: 2n ** 63n },
    { origin: 256 },
    { isNew: 1 },
    { comm: 'x'.repeat(17) },
    { comm: 'é'.repeat(9) },
    { comm: 'a\0b' },
    { raw: new Uint8Array(5) },
    { raw: [1, 2, 3, 4] },
    { parts: [part] },
    { parts: [part, { ...part, offset: -1 }] },
    { exe: null },
    { nice: 200 },
  ];
  for (const change of wrong) {
    expect(check.Check({ ...info, ...change })).toBe(false);
    expect(() => compileCodec(Info.layout).encode({ ...info, ...change } as Info)).toThrow('proc_info.');
  }
});

test('a schema prints as JSON, with its layout', () => {
  const printed = JSON.parse(JSON.stringify(VarBytes));
  expect(printed).toMatchObject({ type: 'object', required: ['offset', 'length', 'fullLength'] });
  expect(printed.layout).toEqual(VarBytes.layout);
  expect(JSON.stringify(ctype.u64)).toBe('{"type":"bigint","layout":{"kind":"int","size":8,"signed":false}}');
});

test('a layout has one schema', () => {
  expect(schemaOf(VarBytes.layout)).toBe(VarBytes);
  expect(Info.properties.exe).toBe(VarBytes);
});
