/**
 * One type of a BTF blob. `id` and every reference to another type are numbers that `Btf.typeById`
 * takes; 0 is `void`. Names may be empty. Sizes are bytes.
 *
 * Source: Linux `Documentation/bpf/btf.rst` and `include/uapi/linux/btf.h` (kinds as of 6.18).
 */
export type BtfType =
  | { readonly kind: 'void'; readonly id: 0 }
  | BtfInt
  | { readonly kind: 'pointer'; readonly id: number; readonly type: number }
  | BtfArray
  | BtfStruct
  | BtfEnum
  | { readonly kind: 'forward'; readonly id: number; readonly name: string; readonly of: 'struct' | 'union' }
  | { readonly kind: 'typedef'; readonly id: number; readonly name: string; readonly type: number }
  | { readonly kind: 'volatile' | 'const' | 'restrict'; readonly id: number; readonly type: number }
  | BtfFunction
  | BtfFunctionProto
  | BtfVariable
  | BtfDatasec
  | { readonly kind: 'float'; readonly id: number; readonly name: string; readonly size: number }
  | BtfDeclTag
  | { readonly kind: 'type-tag'; readonly id: number; readonly name: string; readonly type: number };

/** The kinds of `BtfType`: those of BTF, with `enum` for both of its enums. */
export type BtfKind = BtfType['kind'];

/** An integer or `_Bool`. */
export interface BtfInt {
  readonly kind: 'int';
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly signed: boolean;
  readonly bool: boolean;
  /** Fewer than 8 × size only in bitfields of old compilers. */
  readonly bits: number;
  readonly bitOffset: number;
}

/** `element[length]`; `index` is the type that counts, which no reader needs. */
export interface BtfArray {
  readonly kind: 'array';
  readonly id: number;
  readonly element: number;
  readonly index: number;
  readonly length: number;
}

/** A struct or union as declared: anonymous members are members without a name. */
export interface BtfStruct {
  readonly kind: 'struct' | 'union';
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly members: readonly BtfMember[];
}

/** A member of a struct or union. */
export interface BtfMember {
  readonly name: string;
  readonly type: number;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Bits of a bitfield; 0 for any other member. */
  readonly bitSize: number;
}

/** An enum of any size: ENUM and ENUM64. */
export interface BtfEnum {
  readonly kind: 'enum';
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** As the compiler says; clang 14 does not yet, and -1 of its enums is 4294967295. */
  readonly signed: boolean;
  /**
   * Values of ENUM64 are bigints, all others numbers. Clang 14 makes an ENUM of an enum of 8 bytes,
   * with the lower halves of its values only.
   */
  readonly values: readonly { readonly name: string; readonly value: number | bigint }[];
}

/** The linkage of a function or variable. */
export type BtfLinkage = 'static' | 'global' | 'extern';

/** A function by name. */
export interface BtfFunction {
  readonly kind: 'function';
  readonly id: number;
  readonly name: string;
  /** A `function-proto`. */
  readonly type: number;
  readonly linkage: BtfLinkage;
}

/** Parameters and result of a function. */
export interface BtfFunctionProto {
  readonly kind: 'function-proto';
  readonly id: number;
  readonly returns: number;
  /** The last one of a variadic function has no name and type 0. */
  readonly parameters: readonly { readonly name: string; readonly type: number }[];
}

/** A global variable. */
export interface BtfVariable {
  readonly kind: 'variable';
  readonly id: number;
  readonly name: string;
  readonly type: number;
  readonly linkage: BtfLinkage;
}

/** The variables of one ELF section. */
export interface BtfDatasec {
  readonly kind: 'datasec';
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /**
   * The offset that the compiler wrote. Clang leaves every `offset` 0 and the linker's symbol table
   * knows better: see `ObjectFile.variables`.
   */
  readonly variables: readonly {
    readonly variable: number;
    readonly offset: number;
    readonly size: number;
  }[];
}

/** A `btf_decl_tag` attribute: text on a declaration. */
export interface BtfDeclTag {
  readonly kind: 'decl-tag';
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** Index of the member or parameter that carries the tag; -1 for the declaration itself. */
  readonly component: number;
}
