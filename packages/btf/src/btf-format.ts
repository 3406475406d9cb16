/** Numbers of the BTF format. Source: Linux `include/uapi/linux/btf.h`. */
export const btfMagic = 0xeb9f;
export const headerSize = 24;
/** Bytes of `struct btf_type`, before what follows it by kind. */
export const typeSize = 12;

export const kinds = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  function: 12,
  functionProto: 13,
  variable: 14,
  datasec: 15,
  float: 16,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const;

/**
 * By kind number: bytes that follow `struct btf_type` once, and bytes for each of its `vlen` parts.
 */
export const extraSizes: readonly (readonly [once: number, each: number])[] = [
  [0, 0], // 0 is void and never stored
  [4, 0],
  [0, 0],
  [12, 0],
  [0, 12],
  [0, 12],
  [0, 8],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 8],
  [4, 0],
  [0, 12],
  [0, 0],
  [4, 0],
  [0, 0],
  [0, 12],
];

/** The offset, name and kind of each type, by id. */
export interface BtfIndex {
  /** The number of types, including `void`: ids are 0 to `count - 1`. */
  readonly count: number;
  readonly offsets: Uint32Array;
  readonly names: Uint32Array;
  readonly kinds: Uint8Array;
}

/** The parsed file of a `Btf`. */
export interface BtfSource extends BtfIndex {
  readonly file: string;
  readonly view: DataView;
  readonly strings: Uint8Array;
}
