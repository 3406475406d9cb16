import { SpoorError } from '@spoor/core';
import { maskOf } from './codec-fields.js';
import type { Field, StructLayout } from './layout.js';

/** The bytes that a value was read from, by the object that was returned, or a member of it. */
const readFrom = new WeakMap<object, { readonly layout: StructLayout; readonly bytes: Uint8Array }>();

export interface UnionField {
  readonly field: Field;
  /** In JavaScript. */
  readonly name: string;
  /** True if another field has some of its bits. */
  readonly overlaps: boolean;
  /** Writes a member into the bytes of a struct that are zero. */
  write(view: DataView, value: unknown): void;
}

/**
 * Keeps the bytes of a struct with anonymous unions: what is written later shows which members were
 * changed. A copy (`{ ...value, v4: 1 }`) is recognized by those of its members that are objects.
 */
export function remember(
  value: Readonly<Record<string, unknown>>,
  { layout, fields, bytes }: { layout: StructLayout; fields: readonly UnionField[]; bytes: Uint8Array },
): void {
  const found = { layout, bytes };
  readFrom.set(value, found);
  for (const { name, overlaps } of fields) {
    const member = value[name];
    if (overlaps && typeof member === 'object' && member !== null) readFrom.set(member, found);
  }
}

/** Keeps for a second object what is kept for the first. */
export function rememberAs(second: object, first: object): void {
  readFrom.set(second, readFrom.get(first)!);
}

function rememberedOf(
  value: Readonly<Record<string, unknown>>,
  layout: StructLayout,
  fields: readonly UnionField[],
): Uint8Array | undefined {
  for (const one of [value, ...fields.map(({ name }) => value[name])]) {
    const known = typeof one === 'object' && one !== null ? readFrom.get(one) : undefined;
    if (known?.layout === layout) return known.bytes;
  }
  return undefined;
}

/**
 * Returns the bytes of a struct with anonymous unions.
 *
 * @throws {SpoorError} INVALID_VALUE if two members contradict each other
 */
export function unionBytes(
  value: Readonly<Record<string, unknown>>,
  { layout, fields, path }: { layout: StructLayout; fields: readonly UnionField[]; path: string },
): Uint8Array {
  const { size } = layout;
  const before = rememberedOf(value, layout, fields);
  const bytes = new Uint8Array(size);
  /** By bit: the last field that was written there. */
  const writers: { readonly name: string; readonly mask: Uint8Array }[] = [];
  for (const { field, name, overlaps, write } of fields) {
    const mask = maskOf(size, field);
    const member = value[name];
    if (member === undefined && overlaps && (before !== undefined || hasOther(value, fields, { name, mask })))
      continue;
    const own = new Uint8Array(size);
    write(new DataView(own.buffer), member);
    if (before !== undefined && overlaps && sameBits(own, before, mask)) continue;
    for (const other of writers) {
      const common = mask.map((bits, at) => bits & other.mask[at]!);
      if (!sameBits(own, bytes, common)) throw contradiction(path, name, other.name);
    }
    put(bytes, own, mask);
    writers.push({ name, mask });
  }
  if (before !== undefined) keepRest(bytes, before, { layout, fields, writers });
  return bytes;
}

/** Returns true if the value has another member for some of the bits. */
function hasOther(
  value: Readonly<Record<string, unknown>>,
  fields: readonly UnionField[],
  { name: own, mask }: { readonly name: string; readonly mask: Uint8Array },
): boolean {
  return fields.some(({ field, name }) => {
    if (name === own || value[name] === undefined) return false;
    return maskOf(mask.length, field).some((bits, at) => (bits & mask[at]!) !== 0);
  });
}

const sameBits = (one: Uint8Array, other: Uint8Array, mask: Uint8Array): boolean =>
  mask.every((bits, at) => ((one[at]! ^ other[at]!) & bits) === 0);

function put(bytes: Uint8Array, own: Uint8Array, mask: Uint8Array): void {
  for (const [at, bits] of mask.entries()) bytes[at] = (bytes[at]! & ~bits) | (own[at]! & bits);
}

/** Fills what no changed member has written with what was read, except for padding. */
function keepRest(
  bytes: Uint8Array,
  before: Uint8Array,
  {
    layout,
    fields,
    writers,
  }: {
    layout: StructLayout;
    fields: readonly UnionField[];
    writers: readonly { readonly mask: Uint8Array }[];
  },
): void {
  const rest = new Uint8Array(layout.size);
  for (const { field } of fields)
    for (const [at, bits] of maskOf(layout.size, field).entries()) rest[at]! |= bits;
  for (const { mask } of writers) for (const [at, bits] of mask.entries()) rest[at]! &= ~bits;
  put(bytes, before, rest);
}

function contradiction(path: string, name: string, other: string): SpoorError {
  return new SpoorError(
    'INVALID_VALUE',
    `${path}.${name} contradicts ${path}.${other}: both are in the same bytes`,
    {
      remedy: 'Give one of them, or change the value that was read.',
      details: { path: `${path}.${name}`, other: `${path}.${other}` },
    },
  );
}
