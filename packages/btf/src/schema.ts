import type {
  Static,
  TArray,
  TBigInt,
  TBoolean,
  TInteger,
  TNumber,
  TObject,
  TRefinement,
  TSchema,
  TString,
  TUnsafe,
} from 'typebox';
import type { CamelCase } from './camel-case.js';
import { numberBits } from './codec-values.js';
import { fieldNames } from './field-names.js';
import type { BitsLayout, Layout, LayoutOf } from './layout.js';

/**
 * A TypeBox schema of a C value, with its layout in memory. Validate values with it, infer its
 * static type, or compile a codec with `compileCodec(schema.layout)`.
 *
 * The schema equals what the functions of TypeBox return. It is created without loading TypeBox,
 * which would take a tenth of a second of start-up time.
 */
export type LayoutSchema<Schema extends TSchema = TSchema> = Schema & {
  readonly layout: LayoutOf<Static<Schema>>;
};

const schemas = new WeakMap<Layout, LayoutSchema>();

/**
 * Returns the schema of a valid layout, created once per layout object.
 *
 * @example
 * ```ts
 * const schema = schemaOf(layoutOf(object.btf, 'struct proc_info'));
 * ```
 */
export function schemaOf<T = unknown>(layout: LayoutOf<T>): LayoutSchema<TUnsafe<T>> {
  let schema = schemas.get(layout);
  if (schema === undefined) {
    schema = buildSchema(layout);
    schemas.set(layout, schema);
  }
  return schema as LayoutSchema<TUnsafe<T>>;
}

interface Hidden {
  readonly '~kind': string;
  readonly '~refine'?: readonly TRefinement<never>[];
  readonly '~unsafe'?: null;
}

/** TypeBox keeps what is not JSON Schema in properties that are not enumerable. */
function create(layout: Layout, hidden: Hidden, keywords: object): LayoutSchema {
  const schema = { ...keywords, layout };
  for (const [key, value] of Object.entries(hidden)) hide(schema, key, value);
  return schema as LayoutSchema;
}

const hide = (schema: object, key: string, value: unknown) =>
  Object.defineProperty(schema, key, { value, configurable: true, writable: true, enumerable: false });

function buildSchema(layout: Layout): LayoutSchema {
  switch (layout.kind) {
    case 'int':
    case 'enum': {
      const range = { bits: layout.size * 8, signed: layout.signed };
      return layout.size >= 8 ? wideSchema(layout, range) : numberSchema(layout, range);
    }
    case 'bits':
      if (layout.bool) return create(layout, { '~kind': 'Boolean' }, { type: 'boolean' });
      return layout.bits > numberBits ? wideSchema(layout, layout) : numberSchema(layout, layout);
    case 'float':
      return create(layout, { '~kind': 'Number' }, { type: 'number' });
    case 'pointer':
      return wideSchema(layout, { bits: 64, signed: false });
    case 'bool':
      return create(layout, { '~kind': 'Boolean' }, { type: 'boolean' });
    case 'chars':
      return create(layout, { '~kind': 'String', '~refine': [fitsIn(layout.size)] }, { type: 'string' });
    case 'bytes':
    case 'union':
      return create(layout, { '~kind': 'Unknown', '~refine': [bytesOf(layout.size)], '~unsafe': null }, {});
    case 'array': {
      const { element, length } = layout;
      const keywords = { type: 'array', items: schemaOf(element), minItems: length, maxItems: length };
      return create(layout, { '~kind': 'Array' }, keywords);
    }
    case 'struct':
      return structSchema(layout);
  }
}

/**
 * The properties of a struct are built when they are first read. A trace needs only layouts, and
 * the names of all structs take milliseconds of its start-up time.
 */
function structSchema(layout: Layout & { readonly kind: 'struct' }): LayoutSchema {
  if (layout.fields.length === 0) {
    return create(layout, { '~kind': 'Object' }, { type: 'object', properties: {} });
  }
  let properties: Record<string, LayoutSchema> | undefined;
  const propertiesOf = () => {
    if (properties === undefined) {
      const names = fieldNames(layout);
      const entries = layout.fields.map((field, index) => [names[index]!, schemaOf(field.layout)] as const);
      properties = Object.fromEntries(entries);
    }
    return properties;
  };
  const schema = {
    type: 'object',
    get required() {
      return Object.keys(propertiesOf());
    },
    get properties() {
      return propertiesOf();
    },
    layout,
  };
  return hide(schema, '~kind', 'Object') as unknown as LayoutSchema;
}

interface Range {
  readonly bits: number;
  readonly signed: boolean;
}

function numberSchema(layout: Layout, { bits, signed }: Range): LayoutSchema {
  const values = 2 ** bits;
  const minimum = signed ? -values / 2 : 0;
  return create(layout, { '~kind': 'Integer' }, { type: 'integer', minimum, maximum: minimum + values - 1 });
}

/**
 * The range is a refinement, as a bigint keyword would make the schema impossible to print as JSON.
 */
function wideSchema(layout: Layout, { bits, signed }: Range): LayoutSchema {
  const wrap = signed ? BigInt.asIntN : BigInt.asUintN;
  const refinement: TRefinement<bigint> = {
    check: (value) => wrap(bits, value) === value,
    error: () => `must fit in ${signed ? 's' : 'u'}${bits}`,
  };
  return create(layout, { '~kind': 'BigInt', '~refine': [refinement] }, { type: 'bigint' });
}

const fitsIn = (size: number): TRefinement<string> => ({
  check: (value) => !value.includes('\0') && Buffer.byteLength(value) <= size,
  error: () => `must have at most ${size} bytes in UTF-8 and no NUL`,
});

const bytesOf = (size: number): TRefinement<unknown> => ({
  check: (value) => value instanceof Uint8Array && value.length === size,
  error: () => `must be a Uint8Array of ${size} bytes`,
});

const leaf = <S extends TSchema>(layout: Layout): LayoutSchema<S> =>
  schemaOf(layout) as unknown as LayoutSchema<S>;

/** Fields by C name, each with its offset in bytes. */
export type Fields = Readonly<Record<string, readonly [offset: number, schema: LayoutSchema]>>;

/** The name that `fieldNames` gives a field beside others. */
type FieldName<Name extends string, Others extends string> =
  CamelCase<Name> extends CamelCase<Others> ? Name : CamelCase<Name>;

/** The schema of a struct: properties have the names that `fieldNames` returns. */
export type StructSchema<F extends Fields> = LayoutSchema<
  TObject<{
    [Name in keyof F & string as FieldName<Name, Exclude<keyof F & string, Name>>]: F[Name][1];
  }>
>;

/**
 * Builds schemas of C types, as generated code does.
 *
 * @example
 * ```ts
 * const fields = { tgid: [0, ctype.u32], start_time_ns: [8, ctype.u64] } as const;
 * const TaskId = ctype.struct('task_id', 16, fields);
 * type TaskId = Static<typeof TaskId>; // { tgid: number; startTimeNs: bigint }
 * ```
 */
export const ctype = {
  u8: leaf<TInteger>({ kind: 'int', size: 1, signed: false }),
  u16: leaf<TInteger>({ kind: 'int', size: 2, signed: false }),
  u32: leaf<TInteger>({ kind: 'int', size: 4, signed: false }),
  u64: leaf<TBigInt>({ kind: 'int', size: 8, signed: false }),
  s8: leaf<TInteger>({ kind: 'int', size: 1, signed: true }),
  s16: leaf<TInteger>({ kind: 'int', size: 2, signed: true }),
  s32: leaf<TInteger>({ kind: 'int', size: 4, signed: true }),
  s64: leaf<TBigInt>({ kind: 'int', size: 8, signed: true }),
  u128: leaf<TBigInt>({ kind: 'int', size: 16, signed: false }),
  s128: leaf<TBigInt>({ kind: 'int', size: 16, signed: true }),
  float: leaf<TNumber>({ kind: 'float', size: 4 }),
  double: leaf<TNumber>({ kind: 'float', size: 8 }),
  bool: leaf<TBoolean>({ kind: 'bool', size: 1 }),
  pointer: leaf<TBigInt>({ kind: 'pointer', size: 8 }),
  chars: (size: number) => leaf<TString>({ kind: 'chars', size }),
  bytes: (size: number) => leaf<TUnsafe<Uint8Array>>({ kind: 'bytes', size }),
  array: <S extends LayoutSchema>(element: S, length: number) =>
    leaf<TArray<S>>({ kind: 'array', element: element.layout, length, size: element.layout.size * length }),
  /** A bitfield of at most 32 bits: `shift` bits of its first byte are others'. */
  bits: (shift: number, bits: number, signed: boolean) => leaf<TInteger>(bitsOf(shift, bits, signed)),
  /** A bitfield of more than 32 bits. */
  wideBits: (shift: number, bits: number, signed: boolean) => leaf<TBigInt>(bitsOf(shift, bits, signed)),
  /** A bitfield of the type `_Bool`. */
  boolBit: (shift: number) => leaf<TBoolean>({ ...bitsOf(shift, 1, false), bool: true }),
  /** A 64-bit enum. */
  wideEnum: (signed: boolean, values: Readonly<Record<string, bigint>>) =>
    leaf<TBigInt>({
      kind: 'int',
      size: 8,
      signed,
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
    }),
  /** An enum by its type: `u32`, `s32` or narrower. */
  enum: (name: string, type: LayoutSchema<TInteger>, values: Readonly<Record<string, number>>) =>
    leaf<TInteger>({ ...(type.layout as IntOfEnum), kind: 'enum', name, values }),
  struct: <const F extends Fields>(name: string, size: number, fields: F) =>
    leaf<TObject>({ kind: 'struct', name, size, fields: fieldsOf(fields) }) as unknown as StructSchema<F>,
  union: (name: string, size: number, fields: Fields) =>
    leaf<TUnsafe<Uint8Array>>({ kind: 'union', name, size, fields: fieldsOf(fields) }),
};

const bitsOf = (shift: number, bits: number, signed: boolean): BitsLayout => ({
  kind: 'bits',
  size: Math.ceil((shift + bits) / 8),
  shift,
  bits,
  signed,
});

interface IntOfEnum {
  readonly size: 1 | 2 | 4;
  readonly signed: boolean;
}

const fieldsOf = (fields: Fields) =>
  Object.entries(fields).map(([name, [offset, { layout }]]) => ({ name, offset, layout }));
