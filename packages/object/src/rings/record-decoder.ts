import {
  type Codec,
  compileCodec,
  describeLayout,
  fieldNames,
  type Layout,
  type LayoutOf,
  type RingMap,
  type TaggedRingMap,
} from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import type { RingData } from '@spoor/ring';

/** The record types of a ring, as a generated module has them. */
export type RecordTypes =
  | RingMap<unknown>
  | TaggedRingMap<string, Readonly<Record<number, LayoutOf<unknown>>>>;

/** One type of the records of a ring. */
interface RecordType {
  readonly codec: Codec<unknown>;
  /** The value that `borrow` fills. */
  held: unknown;
}

/**
 * Decodes the records of one ring. It chooses the type of a record by a tag, or by its length, and
 * checks the length.
 */
export class RecordDecoder {
  readonly #ring: string;
  /** Bytes of a perf buffer are rounded up: see `paddedLength`. */
  readonly #isPadded: boolean;
  readonly #byLength = new Map<number, RecordType>();
  readonly #byTag = new Map<number, RecordType>();
  readonly #flexible: readonly RecordType[];
  readonly #all: readonly RecordType[];
  readonly #tag: Tag | undefined;

  /** @throws {SpoorError} INVALID_VALUE when neither a tag nor the length tells two types apart */
  constructor(ring: string, types: RecordTypes, isPadded: boolean) {
    this.#ring = ring;
    this.#isPadded = isPadded;
    const recordType = (layout: Layout): RecordType => ({ codec: compileCodec(layout), held: undefined });
    if ('tag' in types) {
      const entries = Object.entries(types.records).map(
        ([value, layout]) => [tagValue(ring, types.tag, value), layout] as const,
      );
      this.#tag = tagOf(ring, types.tag, entries);
      for (const [value, layout] of entries) this.#byTag.set(value, recordType(layout));
      this.#all = [...this.#byTag.values()];
      this.#flexible = [];
      return;
    }
    this.#all = types.records.map(recordType);
    this.#flexible = this.#all.filter(({ codec }) => isFlexible(codec.layout));
    for (const type of this.#all) this.#addLength(type);
  }

  /** True if the ring has record types. Without, a record is its bytes. */
  get typed(): boolean {
    return this.#all.length > 0;
  }

  /**
   * Returns a copy of a record.
   *
   * @throws {SpoorError} RECORD_MALFORMED
   */
  take(data: RingData, offset: number, length: number): unknown {
    if (!this.typed) return data.u8.slice(offset, offset + length);
    return this.#typeOf(data, offset, length).codec.read(data.view, offset);
  }

  /**
   * Returns a record that the next one of its type overwrites.
   *
   * @throws {SpoorError} RECORD_MALFORMED
   */
  borrow(data: RingData, offset: number, length: number): unknown {
    if (!this.typed) return data.u8.subarray(offset, offset + length);
    const type = this.#typeOf(data, offset, length);
    type.held =
      type.held === undefined
        ? type.codec.read(data.view, offset)
        : type.codec.readInto(data.view, offset, type.held);
    return type.held;
  }

  #addLength(type: RecordType): void {
    const { size } = type.codec;
    const lengths = this.#isPadded ? [size, paddedLength(size)] : [size];
    for (const length of new Set(lengths)) {
      const other = this.#byLength.get(length);
      if (other !== undefined && other.codec.layout !== type.codec.layout)
        throw alike(this.#ring, length, [other, type]);
      this.#byLength.set(length, type);
    }
  }

  #typeOf(data: RingData, offset: number, length: number): RecordType {
    if (this.#tag === undefined) {
      const type = this.#byLength.get(length) ?? this.#flexible.find(({ codec }) => codec.size <= length);
      if (type === undefined) throw this.#malformed(length, this.#all, `has ${length} bytes`);
      return type;
    }
    if (length < this.#tag.end) throw this.#malformed(length, this.#all, `has ${length} bytes`);
    const value = this.#tag.read(data.view, offset);
    const type = this.#byTag.get(value);
    if (type === undefined) {
      const known = [...this.#byTag.keys()].join(', ');
      throw this.#malformed(
        length,
        this.#all,
        `has ${this.#tag.field} ${value}, which is not one of ${known}`,
      );
    }
    if (this.#fits(type, length)) return type;
    throw this.#malformed(length, [type], `with ${this.#tag.field} ${value} has ${length} bytes`);
  }

  #fits({ codec }: RecordType, length: number): boolean {
    const { size } = codec;
    if (length === size || (this.#isPadded && length === paddedLength(size))) return true;
    return length > size && isFlexible(codec.layout);
  }

  #malformed(length: number, types: readonly RecordType[], problem: string): SpoorError {
    const expected = types.map(({ codec }) => `${describeLayout(codec.layout)} has ${codec.size}`);
    return new SpoorError('RECORD_MALFORMED', `${this.#ring}: a record ${problem}: ${expected.join(', ')}`, {
      remedy:
        'Submit records of the structs that the module was generated with, or generate the module again. ' +
        'onMalformed skips such records.',
      details: { ring: this.#ring, length, sizes: types.map(({ codec }) => codec.size) },
    });
  }
}

/** A perf buffer rounds a sample up, so that it and the word of its length take a multiple of 8. */
const paddedLength = (size: number): number => ((size + 4 + 7) & ~7) - 4;

/** A struct whose last field has no length of its own. */
function isFlexible(layout: Layout): boolean {
  if (layout.kind !== 'struct') return false;
  const last = layout.fields.at(-1)?.layout;
  return last !== undefined && last.size === 0;
}

interface Tag {
  readonly field: string;
  /** Bytes of a record up to the end of the field. */
  readonly end: number;
  read(view: DataView, offset: number): number;
}

function tagValue(ring: string, field: string, value: string): number {
  if (/^-?\d+$/.test(value)) return Number(value);
  throw new SpoorError('INVALID_VALUE', `${ring}: ${value} is not a value of the field ${field}`, {
    remedy: `Give the number that the field has, as in { 1: Fork } or { [Kind.${value}]: Fork }.`,
    details: { ring, field, value },
  });
}

function tagOf(ring: string, field: string, records: readonly (readonly [number, Layout])[]): Tag {
  const [first, ...others] = records.map(([, layout]) => placeOf(ring, field, layout));
  if (first === undefined) {
    throw new SpoorError('INVALID_VALUE', `${ring}: a tag needs the records of its values`, {
      remedy: `For example: { tag: '${field}', records: { 1: Fork, 2: Exec } }.`,
    });
  }
  const { at, size, signed } = first;
  const other = others.find((place) => place.at !== at || place.size !== size || place.signed !== signed);
  if (other !== undefined) {
    throw new SpoorError('INVALID_VALUE', `${ring}: the field ${field} differs between the records`, {
      remedy: 'Give a field that all records have at one offset, with one type.',
      details: { ring, field, offsets: [at, other.at] },
    });
  }
  const name = `get${signed ? 'Int' : 'Uint'}${(size * 8) as 8 | 16 | 32}` as const;
  return { field, end: at + size, read: (view, offset) => view[name](offset + at, true) };
}

interface Place {
  readonly at: number;
  readonly size: number;
  readonly signed: boolean;
}

function placeOf(ring: string, path: string, layout: Layout): Place {
  let at = 0;
  let here = layout;
  for (const name of path.split('.')) {
    const index = here.kind === 'struct' ? fieldNames(here).indexOf(name) : -1;
    const field = here.kind === 'struct' ? here.fields[index] : undefined;
    if (field === undefined) {
      throw new SpoorError('INVALID_VALUE', `${ring}: ${describeLayout(layout)} has no field ${path}`, {
        remedy: 'Give the name that the field has in TypeScript.',
      });
    }
    at += field.offset;
    here = field.layout;
  }
  if ((here.kind === 'int' || here.kind === 'enum') && here.size <= 4)
    return { at, size: here.size, signed: here.signed };
  throw new SpoorError('INVALID_VALUE', `${ring}: the field ${path} is not an integer of at most 32 bits`, {
    remedy: 'Give a field of type __u8, __u16, __u32 or enum.',
  });
}

function alike(ring: string, length: number, types: readonly RecordType[]): SpoorError {
  const names = types.map(({ codec }) => describeLayout(codec.layout)).join(' and ');
  return new SpoorError('INVALID_VALUE', `${ring}: ${names} both have records of ${length} bytes`, {
    remedy:
      'Name the structs of this ring: --record RING=STRUCT. If it has both, name the field that tells them apart: ' +
      '--record RING.FIELD=VALUE:STRUCT,VALUE:STRUCT.',
    details: { ring, length },
  });
}
