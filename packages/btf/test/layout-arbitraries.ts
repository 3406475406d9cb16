import fc from 'fast-check';
import { camelCase } from '../src/camel-case.js';
import type { Field, Layout } from '../src/layout.js';

/** Names that C allows and JavaScript could trip over, among ordinary ones. */
const names = fc.constantFrom(
  'a',
  'b_c',
  '__proto__',
  'constructor',
  'kind',
  'x1_y2',
  '_pad',
  'tail_',
  'to_string',
);

const leaves: fc.Arbitrary<Layout> = fc.oneof(
  fc.record({
    kind: fc.constant('int' as const),
    size: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
    signed: fc.boolean(),
  }),
  fc.constant({ kind: 'bool', size: 1 } as const),
  fc.constant({ kind: 'pointer', size: 8 } as const),
  fc.record({
    kind: fc.constantFrom('chars' as const, 'bytes' as const),
    size: fc.integer({ min: 0, max: 48 }),
  }),
  fc.record({
    kind: fc.constant('enum' as const),
    name: fc.constantFrom('', 'origin'),
    size: fc.constantFrom(1 as const, 2 as const, 4 as const),
    signed: fc.boolean(),
    values: fc.constant({ ORIGIN_FORK: 1, ORIGIN_EXEC: 2 }),
  }),
);

const { layout } = fc.letrec<{ layout: Layout; struct: Layout; array: Layout; union: Layout }>((tie) => ({
  layout: fc.oneof({ depthSize: 'small' }, leaves, tie('struct'), tie('array'), tie('union')),
  struct: fc
    .array(fc.record({ name: names, gap: fc.integer({ min: 0, max: 9 }), layout: tie('layout') }), {
      maxLength: 6,
    })
    .chain((members) => fc.integer({ min: 0, max: 17 }).map((tail) => layOut(members, tail))),
  array: fc
    .record({ element: tie('layout'), length: fc.integer({ min: 0, max: 4 }) })
    .map(({ element, length }) => arrayOf(element, element.size === 0 ? Math.min(length, 1) : length)),
  union: fc.integer({ min: 0, max: 20 }).map((size) => ({ kind: 'union', name: 'either', size, fields: [] })),
}));

/** Any layout whose fields neither overlap nor share a JavaScript name. */
export const layouts: fc.Arbitrary<Layout> = layout;

const arrayOf = (element: Layout, length: number): Layout => ({
  kind: 'array',
  element,
  length,
  size: element.size * length,
});

interface SketchedMember {
  readonly name: string;
  readonly gap: number;
  readonly layout: Layout;
}

function layOut(members: readonly SketchedMember[], tail: number): Layout {
  const fields: Field[] = [];
  let end = 0;
  for (const member of members) {
    if (fields.some(({ name }) => camelCase(name) === camelCase(member.name))) continue;
    const offset = end + member.gap;
    fields.push({ name: member.name, offset, layout: member.layout });
    end = offset + member.layout.size;
  }
  return { kind: 'struct', name: 'sketch', size: end + tail, fields };
}

/** Any value that may be written for a layout. */
export function valuesOf(of: Layout): fc.Arbitrary<unknown> {
  switch (of.kind) {
    case 'int':
    case 'enum':
      return of.size >= 8 ? fc.bigInt(bounds(of)) : fc.integer(numberBounds(of));
    case 'bits':
      if (of.bool) return fc.boolean();
      return of.bits > 32 ? fc.bigInt(bitBounds(of)) : fc.bigInt(bitBounds(of)).map(Number);
    case 'float':
      return of.size === 4 ? fc.float() : fc.double();
    case 'pointer':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case 'bool':
      return fc.boolean();
    case 'chars':
      return fc
        .oneof(fc.string({ maxLength: of.size }), fc.string({ unit: 'grapheme', maxLength: of.size }))
        .map((text) => fitting(text.replaceAll('\0', ''), of.size));
    case 'bytes':
    case 'union':
      return fc.uint8Array({ minLength: of.size, maxLength: of.size });
    case 'array':
      return fc.array(valuesOf(of.element), { minLength: of.length, maxLength: of.length });
    case 'struct':
      return fc
        .tuple(...of.fields.map((field) => valuesOf(field.layout)))
        .map((values) =>
          Object.fromEntries(of.fields.map((field, index) => [camelCase(field.name), values[index]])),
        );
  }
}

const bounds = ({ size, signed }: { size: number; signed: boolean }) => bitBounds({ bits: size * 8, signed });

function bitBounds({ bits: count, signed }: { bits: number; signed: boolean }): { min: bigint; max: bigint } {
  const bits = BigInt(count);
  return signed
    ? { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }
    : { min: 0n, max: 2n ** bits - 1n };
}

function numberBounds(int: { size: number; signed: boolean }): { min: number; max: number } {
  const { min, max } = bounds(int);
  return { min: Number(min), max: Number(max) };
}

function fitting(text: string, size: number): string {
  let fits = '';
  for (const character of text) {
    if (Buffer.byteLength(fits + character) > size) break;
    fits += character;
  }
  return fits;
}
