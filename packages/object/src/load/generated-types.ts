import type { GeneratedObject, ReadOf, RecordOf, RingMap, TaggedRingMap, WrittenOf } from '@spoor/btf';

/**
 * The types of an object that was not opened by a generated module. `any` lets functions take any
 * object, with or without types.
 */
// biome-ignore lint/suspicious/noExplicitAny: no other type argument is compatible with all others
export type Untyped = any;

/** The name of a map of a generated module; any text for an object without one. */
export type MapName<M extends GeneratedObject> = keyof M['maps'] & string;

/** The names of the rings of a generated module; any text for an object without one. */
export type RingName<M extends GeneratedObject> = IsAny<M> extends true ? string : RingKeys<M['maps']>;

type RingKeys<Maps> = {
  [Name in keyof Maps]: Maps[Name] extends AnyRing ? Name : never;
}[keyof Maps] &
  string;

// biome-ignore lint/suspicious/noExplicitAny: no other type argument is compatible with all others
type AnyRing = RingMap<any> | TaggedRingMap<any, any>;

type IsAny<T> = 0 extends 1 & T ? true : false;

/** The records of a ring of a generated module; bytes for an object without one. */
export type RingRecord<M extends GeneratedObject, Name extends string> =
  IsAny<M> extends true ? Uint8Array : Name extends keyof M['maps'] ? RecordOf<M['maps'][Name]> : never;

/** The name of a program of a generated module; any text for an object without one. */
export type ProgramName<M extends GeneratedObject> = keyof M['programs'] & string;

/** The name of a variable, or of a part of one: `limits[1]`, `config.high`. */
export type VariableName<V> = keyof V & string extends infer Name extends string
  ? Name | `${Name}[${string}` | `${Name}.${string}`
  : never;

/** The value that a variable has; unknown for a part of one. */
export type ReadValue<V, Name> = Name extends keyof V ? ReadOf<V[Name]> : unknown;

/** The values that a variable can be set to; unknown for a part of one. */
export type WrittenValue<V, Name> = Name extends keyof V ? WrittenOf<V[Name]> : unknown;
