/**
 * The shape of a C value in memory: what a codec is compiled from, what a recording stores, and
 * what is compared when an object is opened. Layouts are plain JSON:
 * `JSON.parse(JSON.stringify(layout))` is an equal layout.
 *
 * Sizes and offsets are bytes. Everything is little-endian, as BPF objects are that Spoor reads.
 */
export type Layout =
  | IntLayout
  | BitsLayout
  | FloatLayout
  | BoolLayout
  | EnumLayout
  | CharsLayout
  | BytesLayout
  | ArrayLayout
  | StructLayout
  | UnionLayout
  | PointerLayout;

/** An integer. 8 and 16 bytes are a `bigint` (also a 64-bit enum), fewer are a `number`. */
export interface IntLayout {
  readonly kind: 'int';
  readonly size: 1 | 2 | 4 | 8 | 16;
  readonly signed: boolean;
  /**
   * Of a 64-bit enum: enumerator to value, in decimal digits, since JSON has no such numbers. Clang
   * keeps the values since version 15.
   */
  readonly values?: Readonly<Record<string, string>>;
}

/**
 * A bitfield. Up to 32 bits are a `number`, more a `bigint`; of a `_Bool`, a `boolean`. Its bytes
 * can have other bitfields, too.
 */
export interface BitsLayout {
  readonly kind: 'bits';
  /** Bytes that it lies in, from 1 to 9. */
  readonly size: number;
  /** Bits of the first byte, from the lowest, that are not part of it. */
  readonly shift: number;
  readonly bits: number;
  readonly signed: boolean;
  readonly bool?: true;
}

/** `float` or `double`: a `number`. */
export interface FloatLayout {
  readonly kind: 'float';
  readonly size: 4 | 8;
}

/** `_Bool`: a `boolean`; any byte but 0 is true. */
export interface BoolLayout {
  readonly kind: 'bool';
  readonly size: 1;
}

/** An enum of at most 4 bytes: a `number`, which may be none of the known values. */
export interface EnumLayout {
  readonly kind: 'enum';
  /** C tag or typedef; empty when it has none. */
  readonly name: string;
  readonly size: 1 | 2 | 4;
  readonly signed: boolean;
  /** Enumerator to value, in the order of declaration. */
  readonly values: Readonly<Record<string, number>>;
}

/** `char[size]`: a `string`, up to the first NUL or the end; invalid UTF-8 is read as U+FFFD. */
export interface CharsLayout {
  readonly kind: 'chars';
  readonly size: number;
}

/** `__u8[size]`: a `Uint8Array` of its own, not a view of the memory that was read. */
export interface BytesLayout {
  readonly kind: 'bytes';
  readonly size: number;
}

/**
 * Any other array; `length` 0 is a flexible array member, whose elements the codec leaves alone.
 */
export interface ArrayLayout {
  readonly kind: 'array';
  readonly element: Layout;
  readonly length: number;
  readonly size: number;
}

/** A struct: an object whose fields have camelCase names (see `camelCase`). */
export interface StructLayout {
  readonly kind: 'struct';
  /** C tag or typedef; empty when it has none. */
  readonly name: string;
  readonly size: number;
  /**
   * In the order of declaration. Members of anonymous structs and unions stand here as if they were
   * declared in this struct, which is how C names them. Those of an anonymous union overlap: see
   * `Codec.write`.
   */
  readonly fields: readonly Field[];
}

/**
 * A union with a name of its own: its bytes, as a `Uint8Array`, since only its user knows which
 * member holds.
 */
export interface UnionLayout {
  readonly kind: 'union';
  readonly name: string;
  readonly size: number;
  readonly fields: readonly Field[];
}

/** A pointer: its address as a `bigint`. */
export interface PointerLayout {
  readonly kind: 'pointer';
  readonly size: 8;
}

/** A member of a struct or union. */
export interface Field {
  /** C name. */
  readonly name: string;
  /** From the start of the struct that lists the field. */
  readonly offset: number;
  readonly layout: Layout;
}

declare const valueType: unique symbol;

/** A layout that remembers, for the type checker only, what its codec reads. */
export type LayoutOf<T, L extends Layout = Layout> = L & { readonly [valueType]?: T };

/**
 * Describes a layout in C, for messages.
 *
 * @example
 * ```ts
 * describeLayout(ctype.chars(16).layout); // 'char[16]'
 * ```
 */
export function describeLayout(layout: Layout): string {
  switch (layout.kind) {
    case 'int':
      return `${layout.signed ? 's' : 'u'}${layout.size * 8}`;
    case 'bits':
      return `${layout.bool ? 'bool' : layout.signed ? 'int' : 'unsigned'}:${layout.bits}`;
    case 'float':
      return layout.size === 4 ? 'float' : 'double';
    case 'bool':
      return 'bool';
    case 'chars':
      return `char[${layout.size}]`;
    case 'bytes':
      return `u8[${layout.size}]`;
    case 'array':
      return `${describeLayout(layout.element)}[${layout.length}]`;
    case 'pointer':
      return 'pointer';
    default:
      return `${layout.kind} ${layout.name || '(anonymous)'}`;
  }
}
