import type { LayoutOf } from './layout.js';

/** The keys and values of a map, as `typedMap` of `@spoor/map` takes them. */
export interface KeyedMap<Key, Value> {
  readonly key: LayoutOf<Key>;
  readonly value: LayoutOf<Value>;
}

/** A map with one value per possible CPU. */
export interface PerCpuMap<Key, Value> extends KeyedMap<Key, Value> {
  readonly perCpu: true;
}

/** The values of a queue or a stack, as `typedQueue` of `@spoor/map` takes them. */
export interface QueueMap<Value> {
  readonly value: LayoutOf<Value>;
}

/** The records of a ring buffer or a perf event array: each is one of these. */
export interface RingMap<Record> {
  readonly records: readonly LayoutOf<Record>[];
}

/**
 * The records of a ring buffer or a perf event array whose first fields say which struct they are.
 */
export interface TaggedRingMap<
  Field extends string,
  Records extends Readonly<Record<number, LayoutOf<unknown>>>,
> {
  /** The field that tells the records apart, by its name in values: `kind`, or `header.kind`. */
  readonly tag: Field;
  /** The layout of the records with each value of that field. */
  readonly records: Records;
}

/** A type whose field has one value, so that the type narrows by it. */
type Tagged<Field extends string, Value> = Field extends `${infer Outer}.${infer Inner}`
  ? { readonly [Name in Outer]: Tagged<Inner, Value> }
  : { readonly [Name in Field]: Value };

/** The type of the records of a ring: a `RingMap` or a `TaggedRingMap`. */
export type RecordOf<Ring> =
  Ring extends TaggedRingMap<infer Field, infer Records>
    ? { [Value in keyof Records]: ReadOf<Records[Value]> & Tagged<Field, Value> }[keyof Records]
    : Ring extends RingMap<infer Each>
      ? Each
      : Uint8Array;

/** A map without keys and values of its own, such as a map of programs. */
export type UntypedMap = Readonly<Record<string, never>>;

declare const writtenType: unique symbol;

/** A variable: `Read` is what its codec reads, and `Written` all that it can be set to. */
export type VariableOf<Read, Written = Read> = LayoutOf<Read> & { readonly [writtenType]?: Written };

/** The type that the codec of a layout reads. */
export type ReadOf<L> = L extends LayoutOf<infer Read> ? Read : unknown;

/** The type of all that a variable can be set to. */
export type WrittenOf<V> = V extends { readonly [writtenType]?: infer Written } ? Written : unknown;

/**
 * The value that a generated module exports: an object, and the types of what it declares. Pass it
 * to `openObject` of `@spoor/object`.
 */
export interface GeneratedObject {
  /** The name of the object in messages and in the kernel. */
  readonly name: string;
  /** The bytes of the compiled object, in base64. */
  readonly object: string;
  /** Programs by name, with their sections. */
  readonly programs: Readonly<Record<string, string>>;
  readonly maps: Readonly<Record<string, object>>;
  /** Variables in `.rodata`, which can be set before the load. */
  readonly constants: Readonly<Record<string, VariableOf<unknown>>>;
  /** Variables in `.data` and `.bss`. */
  readonly globals: Readonly<Record<string, VariableOf<unknown>>>;
}
