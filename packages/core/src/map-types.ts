/**
 * The abilities of a map type. The table has one row per type; nothing else compares map types.
 * Numbers are those of `enum bpf_map_type` in `include/uapi/linux/bpf.h`.
 */
export interface MapType {
  readonly type: number;
  /** The name in messages: that of the kernel's enum, in lower case. */
  readonly name: string;
  /**
   * `keyed`: key to value. `queue`: values in order, without keys. `none`: no typed map reads it.
   */
  readonly access: 'keyed' | 'queue' | 'none';
  /** A value has one slot per possible CPU. */
  readonly perCpu: boolean;
  /** Every index from 0 to `maxEntries` - 1 always exists; nothing can be deleted. */
  readonly fixed: boolean;
  /** Its keys can be iterated. Storages have no order of keys. */
  readonly walkable: boolean;
  /** Values are maps: an update takes a file descriptor, a lookup returns a map id. */
  readonly ofMaps: boolean;
  /** For types without a typed map: what to use instead. */
  readonly instead?: string;
}

const keyed = { access: 'keyed', perCpu: false, fixed: false, walkable: true, ofMaps: false } as const;
/** Storage of an object of the kernel: the key is its descriptor, and keys have no order. */
const storage = { ...keyed, walkable: false } as const;
const queue = { access: 'queue', perCpu: false, fixed: false, walkable: false, ofMaps: false } as const;
const none = { access: 'none', perCpu: false, fixed: false, walkable: false, ofMaps: false } as const;

/** Every map type that has a row, by the name that `memoryMap` and messages use. */
export const mapTypes = {
  hash: { ...keyed, type: 1, name: 'hash' },
  array: { ...keyed, type: 2, name: 'array', fixed: true },
  prog_array: { ...none, type: 3, name: 'prog_array', instead: 'use setDescriptor' },
  perf_event_array: { ...none, type: 4, name: 'perf_event_array', instead: 'read it with openPerfBuffer' },
  stack_trace: { ...none, type: 7, name: 'stack_trace', instead: 'look up the raw map' },
  cgroup_array: { ...none, type: 8, name: 'cgroup_array', instead: 'use setDescriptor' },
  percpu_hash: { ...keyed, type: 5, name: 'percpu_hash', perCpu: true },
  percpu_array: { ...keyed, type: 6, name: 'percpu_array', perCpu: true, fixed: true },
  lru_hash: { ...keyed, type: 9, name: 'lru_hash' },
  lru_percpu_hash: { ...keyed, type: 10, name: 'lru_percpu_hash', perCpu: true },
  lpm_trie: { ...keyed, type: 11, name: 'lpm_trie' },
  array_of_maps: { ...keyed, type: 12, name: 'array_of_maps', ofMaps: true },
  hash_of_maps: { ...keyed, type: 13, name: 'hash_of_maps', ofMaps: true },
  sockmap: { ...none, type: 15, name: 'sockmap', instead: 'use setDescriptor' },
  sockhash: { ...none, type: 18, name: 'sockhash', instead: 'use setDescriptor' },
  queue: { ...queue, type: 22, name: 'queue' },
  stack: { ...queue, type: 23, name: 'stack' },
  sk_storage: { ...storage, type: 24, name: 'sk_storage' },
  ringbuf: { ...none, type: 27, name: 'ringbuf', instead: 'read it with a ring reader' },
  inode_storage: { ...storage, type: 28, name: 'inode_storage' },
  task_storage: { ...storage, type: 29, name: 'task_storage' },
  bloom_filter: { ...none, type: 30, name: 'bloom_filter', instead: 'update and look up the raw map' },
  user_ringbuf: { ...none, type: 31, name: 'user_ringbuf', instead: 'write it with openUserRing' },
  cgrp_storage: { ...storage, type: 32, name: 'cgrp_storage' },
} as const satisfies Record<string, MapType>;

export type MapTypeName = keyof typeof mapTypes;

const byNumber = new Map<number, MapType>(Object.values(mapTypes).map((row) => [row.type, row]));

/**
 * Returns the row of a map type. A type without a row has access `none`.
 *
 * @example
 * ```ts
 * mapTypeOf(1).name; // 'hash'
 * ```
 */
export function mapTypeOf(type: number): MapType {
  return byNumber.get(type) ?? { ...none, type, name: `type ${type}` };
}
