import { compileCodec } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import type { SpecName } from '../map-specs.js';

/** A maker of maps, in memory or in the kernel. */
export interface ConformanceSubject {
  readonly name: string;
  /** Possible CPUs. */
  readonly cpus: number;
  /** A new and empty map of one of the specs. */
  make(spec: SpecName): RawMap;
  /** A map that can be put into a map of maps. */
  innerMap(): { readonly fd: number; readonly id: number };
}

export const u32 = { kind: 'int', size: 4, signed: false } as const;

/**
 * A key with a hole: after `kind` come three bytes that no field names, and which must be zeros.
 */
export interface Key {
  readonly id: number;
  readonly kind: number;
}
export const key = compileCodec<Key>({
  kind: 'struct',
  name: 'conformance_key',
  size: 8,
  fields: [
    { name: 'id', offset: 0, layout: u32 },
    { name: 'kind', offset: 4, layout: { kind: 'int', size: 1, signed: false } },
  ],
});

export interface Value {
  count: bigint;
  comm: string;
}
/** 20 bytes: a per-CPU slot of it is 24. */
export const value = compileCodec<Value>({
  kind: 'struct',
  name: 'conformance_value',
  size: 20,
  fields: [
    { name: 'count', offset: 0, layout: { kind: 'int', size: 8, signed: false } },
    { name: 'comm', offset: 8, layout: { kind: 'chars', size: 12 } },
  ],
});

export const k = (id: number): Key => ({ id, kind: id % 3 });
export const v = (count: number, comm = 'x'): Value => ({ count: BigInt(count), comm });
export const byId = (one: readonly [Key, unknown], other: readonly [Key, unknown]): number =>
  one[0].id - other[0].id;

/** A sorted copy of plain values. */
export const sorted = <T extends string | number | bigint>(values: Iterable<T>): T[] =>
  [...values].sort((one, other) => (one < other ? -1 : 1));
