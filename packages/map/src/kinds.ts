import { SpoorError } from '@spoor/btf';
import type { RawMap } from './raw-map.js';

/**
 * What a kind of map can do; one row a kind, and nothing else in this package asks which kind a map is.
 * Numbers are those of `enum bpf_map_type` in `include/uapi/linux/bpf.h`.
 */
export interface MapKind {
  readonly type: number;
  /** The name in messages: that of the kernel's enum, in lower case. */
  readonly name: string;
  /** `keyed`: key to value. `queue`: values in order, without keys. `none`: no typed map can be made over it. */
  readonly access: 'keyed' | 'queue' | 'none';
  /** A value is one slot a possible CPU. */
  readonly perCpu: boolean;
  /** Every index from 0 to `maxEntries` - 1 is always there; nothing can be deleted. */
  readonly fixed: boolean;
  /** Has an order of keys to walk; task storage has none. */
  readonly walkable: boolean;
  /** Values are maps: an update takes a file descriptor, a lookup gives a map id. */
  readonly ofMaps: boolean;
  /** For kinds that cannot be typed: what to use instead. */
  readonly instead?: string;
}

const keyed = { access: 'keyed', perCpu: false, fixed: false, walkable: true, ofMaps: false } as const;
const queue = { access: 'queue', perCpu: false, fixed: false, walkable: false, ofMaps: false } as const;
const none = { access: 'none', perCpu: false, fixed: false, walkable: false, ofMaps: false } as const;

/** Every kind that has a row, by the name that `memoryMap` and messages use. */
export const mapKinds = {
  hash: { ...keyed, type: 1, name: 'hash' },
  array: { ...keyed, type: 2, name: 'array', fixed: true },
  prog_array: { ...none, type: 3, name: 'prog_array', instead: 'the loader fills it' },
  perf_event_array: { ...none, type: 4, name: 'perf_event_array', instead: 'use a ring buffer' },
  percpu_hash: { ...keyed, type: 5, name: 'percpu_hash', perCpu: true },
  percpu_array: { ...keyed, type: 6, name: 'percpu_array', perCpu: true, fixed: true },
  lru_hash: { ...keyed, type: 9, name: 'lru_hash' },
  lru_percpu_hash: { ...keyed, type: 10, name: 'lru_percpu_hash', perCpu: true },
  lpm_trie: { ...keyed, type: 11, name: 'lpm_trie' },
  array_of_maps: { ...keyed, type: 12, name: 'array_of_maps', ofMaps: true },
  hash_of_maps: { ...keyed, type: 13, name: 'hash_of_maps', ofMaps: true },
  queue: { ...queue, type: 22, name: 'queue' },
  stack: { ...queue, type: 23, name: 'stack' },
  ringbuf: { ...none, type: 27, name: 'ringbuf', instead: 'read it with a ring reader' },
  task_storage: { ...keyed, type: 29, name: 'task_storage', walkable: false },
} as const satisfies Record<string, MapKind>;

export type MapKindName = keyof typeof mapKinds;

const byType = new Map<number, MapKind>(Object.values(mapKinds).map((kind) => [kind.type, kind]));

/** The row of a raw map's type; a type without a row has access `none`. */
export function kindOf(raw: RawMap): MapKind {
  return byType.get(raw.type) ?? { ...none, type: raw.type, name: `type ${raw.type}` };
}

/** @throws SpoorError MAP_KIND when the map's kind has another access than its user wants. */
export function requireAccess(raw: RawMap, wanted: 'keyed' | 'queue'): MapKind {
  const kind = kindOf(raw);
  if (kind.access === wanted) return kind;
  const remedies = {
    keyed: 'Give a key and a value.',
    queue: 'Give a value and no key.',
    none: kind.instead === undefined ? 'There is no typed map over this kind.' : `Instead: ${kind.instead}.`,
  };
  throw new SpoorError(
    'MAP_KIND',
    `map ${raw.name} is a ${kind.name} (map type ${raw.type}), ${wanted === 'keyed' ? 'not a map from keys to values' : 'not a queue or stack'}`,
    { remedy: remedies[kind.access], details: { map: raw.name, kind: kind.name, wanted } },
  );
}

/** Bytes from one CPU's value to the next: the kernel rounds each up to 8. */
export function slotStride(valueSize: number): number {
  return (valueSize + 7) & ~7;
}

/** Bytes of a value buffer in a system call: all slots of a per-CPU kind, else the value's own size. */
export function valueBufferSize(raw: RawMap): number {
  return kindOf(raw).perCpu ? slotStride(raw.valueSize) * raw.slots : raw.valueSize;
}
