import { errorOf } from '@spoor/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layouts, valuesOf } from '../test/layout-arbitraries.js';
import { type Codec, compileCodec } from './codec.js';
import type { Layout } from './layout.js';
import { ctype } from './schema.js';

const modes = ['generate', 'interpret'] as const;
const both = (layout: Layout) =>
  modes.map((mode) => compileCodec(layout, { mode })) as [Codec<unknown>, Codec<unknown>];

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The result or the error of a call, to compare two codecs. */
function outcome(run: () => unknown): unknown {
  try {
    return { value: run() };
  } catch (error) {
    return { error: String(error) };
  }
}

describe('generated and interpreted codecs are the same', () => {
  test('both codecs write equal bytes, and read back what they wrote', () => {
    const cases = layouts.chain((layout) => fc.tuple(fc.constant(layout), valuesOf(layout)));
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 5 }), ([layout, value], offset) => {
        const written = both(layout).map((codec) => {
          const bytes = new Uint8Array(offset + layout.size + 3).fill(0xa5);
          codec.write(viewOf(bytes), offset, value);
          expect(codec.read(viewOf(bytes), offset)).toEqual(value);
          expect(codec.decode(codec.encode(value))).toEqual(value);
          expect(codec.encode(value)).toEqual(bytes.slice(offset, offset + layout.size));
          return bytes;
        });
        expect(written[0]).toEqual(written[1]);
        expect(written[0]?.subarray(0, offset)).toEqual(new Uint8Array(offset).fill(0xa5));
        expect(written[0]?.subarray(offset + layout.size)).toEqual(new Uint8Array(3).fill(0xa5));
      }),
      { numRuns: 500 },
    );
  });

  test('any bytes read alike, into a new object and into an old one', () => {
    const cases = layouts.chain((layout) => {
      const bytes = fc.uint8Array({ minLength: layout.size, maxLength: layout.size });
      return fc.tuple(fc.constant(layout), bytes, bytes);
    });
    fc.assert(
      fc.property(cases, ([layout, first, second]) => {
        const [generated, interpreted] = both(layout);
        const value = generated.decode(first);
        expect(interpreted.decode(first)).toEqual(value);
        for (const codec of [generated, interpreted]) {
          const target = codec.decode(second);
          const filled = codec.readInto(viewOf(first), 0, target);
          expect(filled).toEqual(value);
          if (layout.kind === 'struct') expect(filled).toBe(target);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('wrong values are refused alike', () => {
    const wrong = fc.oneof(
      fc.anything({ withBigInt: true, withTypedArray: true, withSparseArray: true }),
      fc.constantFrom(-1, 256, 1.5, Number.NaN, -0, 2 ** 53, 2n ** 64n, -1n, 'text', '\ud800', 'a\0b', true),
    );
    const cases = layouts.chain((layout) =>
      fc.tuple(fc.constant(layout), valuesOf(layout), wrong, fc.nat(), fc.boolean()),
    );
    fc.assert(
      fc.property(cases, ([layout, value, other, place, whole]) => {
        const broken = whole ? other : replaceLeaf(value, place, other);
        const [generated, interpreted] = both(layout).map((codec) => outcome(() => codec.encode(broken)));
        expect(generated).toEqual(interpreted);
        if (typeof generated === 'object' && generated !== null && 'error' in generated) {
          expect(generated.error).toMatch(/^SpoorError: /);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** A copy in which one value, at any depth, is another. */
function replaceLeaf(value: unknown, place: number, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return other;
  const keys = Object.keys(value);
  if (keys.length === 0) return other;
  const key = keys[place % keys.length] as string;
  const entries = Object.entries(value).map(([name, inner]) =>
    name === key ? [name, replaceLeaf(inner, Math.floor(place / keys.length), other)] : [name, inner],
  );
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const Info = ctype.struct('proc_info', 48, {
  tgid: [0, ctype.u32],
  start_time_ns: [8, ctype.u64],
  comm: [16, ctype.chars(16)],
  ids: [32, ctype.array(ctype.struct('id', 4, { low: [0, ctype.s16], on: [2, ctype.bool] }), 2)],
  raw: [40, ctype.bytes(4)],
});
const value = {
  tgid: 7,
  startTimeNs: 2n ** 63n,
  comm: 'node',
  ids: [
    { low: -1, on: true },
    { low: 2, on: false },
  ],
  raw: new Uint8Array([1, 2, 3, 4]),
};

describe.each(modes)('%s', (mode) => {
  const codec = compileCodec(Info.layout, { mode });

  test('padding, and what follows a text, is written as zeros', () => {
    const bytes = new Uint8Array(48).fill(0xff);
    codec.write(viewOf(bytes), 0, value);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '070000000000000000000000000000806e6f6465000000000000000000000000ffff0100020000000102030400000000',
    );
  });

  test.each<[string, object, string]>([
    ['a number', { tgid: '7' }, 'proc_info.tgid: expected an integer from 0 to 2^32 - 1, got "7"'],
    ['a fraction', { tgid: 1.5 }, 'proc_info.tgid: expected an integer from 0 to 2^32 - 1, got 1.5'],
    ['out of range', { tgid: -1 }, 'proc_info.tgid: expected an integer from 0 to 2^32 - 1, got -1'],
    [
      'a wide number',
      { startTimeNs: 1 },
      'proc_info.startTimeNs: expected a bigint from 0 to 2^64 - 1, got 1',
    ],
    [
      'a wide range',
      { startTimeNs: -1n },
      'proc_info.startTimeNs: expected a bigint from 0 to 2^64 - 1, got -1n',
    ],
    [
      'missing',
      { startTimeNs: undefined },
      'proc_info.startTimeNs: expected a bigint from 0 to 2^64 - 1, got undefined',
    ],
    [
      'a long text',
      { comm: 'x'.repeat(17) },
      'proc_info.comm: expected a well-formed string of at most 16 bytes',
    ],
    ['a text of wide characters', { comm: 'é'.repeat(9) }, 'proc_info.comm: expected a well-formed string'],
    ['a text with NUL', { comm: 'a\0b' }, 'proc_info.comm: expected a well-formed string'],
    ['half a character', { comm: '\ud800' }, 'proc_info.comm: expected a well-formed string'],
    ['few bytes', { raw: new Uint8Array(3) }, 'proc_info.raw: expected a Uint8Array of 4 bytes, got 3 bytes'],
    ['few elements', { ids: [] }, 'proc_info.ids: expected an array of 2, got an array of 0'],
    ['an element', { ids: [value.ids[0], null] }, 'proc_info.ids[1]: expected an object, got null'],
    [
      'inside of an element',
      { ids: [value.ids[0], { low: 40_000, on: true }] },
      'proc_info.ids[1].low: expected an integer from -2^15 to 2^15 - 1, got 40000',
    ],
    [
      'a boolean',
      { ids: [{ low: 1, on: 1 }, value.ids[1]] },
      'proc_info.ids[0].on: expected a boolean, got 1',
    ],
  ])('%s is refused by name', (_, change, message) => {
    const error = errorOf(() => codec.encode({ ...value, ...change }));
    expect(error.code).toBe('INVALID_VALUE');
    expect(error.message).toContain(message);
  });

  test('text ends at the first NUL or with the array, and invalid UTF-8 shows', () => {
    const text = compileCodec(ctype.chars(6).layout, { mode });
    const decode = (...bytes: number[]) =>
      text.decode(Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0].slice(0, 6)));
    expect(decode(0x61, 0, 0x62)).toBe('a');
    expect(decode(0x61, 0x62, 0x63, 0x64, 0x65, 0x66)).toBe('abcdef');
    expect(decode(0xc3, 0xa9)).toBe('é');
    expect(decode(0x61, 0xff, 0x62)).toBe('a\ufffdb');
    expect(decode(0xef, 0xbb, 0xbf, 0x61)).toBe('\ufeffa');
    const long = compileCodec(ctype.chars(100).layout, { mode });
    for (const length of [0, 31, 32, 33, 99, 100]) {
      expect(long.decode(long.encode('x'.repeat(length)))).toBe('x'.repeat(length));
    }
  });

  test('bytes that end too early are a malformed record', () => {
    const error = errorOf(() => codec.decode(new Uint8Array(47)));
    expect(error).toMatchObject({
      code: 'RECORD_MALFORMED',
      message: 'struct proc_info takes 48 bytes at offset 0, and there are 47 in all',
    });
    const view = new DataView(new ArrayBuffer(100), 10, 50);
    for (const offset of [3, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(errorOf(() => codec.read(view, offset)).code).toBe('RECORD_MALFORMED');
      expect(errorOf(() => codec.readInto(view, offset, value)).code).toBe('RECORD_MALFORMED');
      expect(errorOf(() => codec.write(view, offset, value)).code).toBe('RECORD_MALFORMED');
    }
  });

  test('nothing that is read refers to the memory that was read', () => {
    const bytes = codec.encode(value);
    const read = codec.decode(bytes);
    bytes.fill(0xff);
    expect(read).toEqual(value);
  });

  test('names that mean something to JavaScript are names', () => {
    const layout = ctype.struct('odd', 3, {
      ['__proto__']: [0, ctype.u8],
      constructor: [1, ctype.u8],
      '"];x': [2, ctype.u8],
    }).layout;
    const odd = compileCodec<Record<string, number>>(layout as Layout, { mode });
    const read = odd.decode(new Uint8Array([1, 2, 3]));
    expect(Object.entries(read)).toEqual([
      ['__proto', 1],
      ['constructor', 2],
      ['"];x', 3],
    ]);
    expect(odd.encode(read)).toEqual(new Uint8Array([1, 2, 3]));
  });
});

test('fields with equal camelCase names keep their names of C', () => {
  const twice = ctype.struct('twice', 3, { a_b: [0, ctype.u8], aB: [1, ctype.u8], b_c: [2, ctype.u8] });
  for (const mode of modes) {
    const codec = compileCodec(twice.layout, { mode });
    expect(codec.decode(codec.encode({ a_b: 1, aB: 2, bC: 3 }))).toEqual({ a_b: 1, aB: 2, bC: 3 });
  }
  expect(Object.keys(twice.properties)).toEqual(['a_b', 'aB', 'bC']);
});

test('two fields with one name in C have no codec', () => {
  const field = { name: 'a', offset: 0, layout: ctype.u8.layout };
  const layout: Layout = { kind: 'struct', name: 'twice', size: 1, fields: [field, field] };
  for (const mode of modes) {
    expect(errorOf(() => compileCodec(layout, { mode }))).toMatchObject({
      code: 'LAYOUT_UNKNOWN',
      message: 'struct twice has two fields a',
    });
  }
});

test('a layout is compiled once', () => {
  expect(compileCodec(Info.layout)).toBe(compileCodec(Info.layout));
  expect(compileCodec(JSON.parse(JSON.stringify(Info.layout)))).not.toBe(compileCodec(Info.layout));
});
