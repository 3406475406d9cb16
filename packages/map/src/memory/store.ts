import type { BatchRequest, BatchResult } from '@spoor/core';

/** The calls of a raw map, as one kind of in-memory map answers them. Statuses are 0 or -errno. */
export interface Store {
  lookup(key: Uint8Array, value: Uint8Array): number;
  update(key: Uint8Array, value: Uint8Array, flags: number, cpu: number): number;
  delete(key: Uint8Array): number;
  lookupAndDelete(key: Uint8Array, value: Uint8Array): number;
  nextKey(key: Uint8Array | null, next: Uint8Array): number;
  lookupBatch?(request: BatchRequest): BatchResult;
  /**
   * Marks an entry as recently used, as the look-up of a program does. Returns false if it is
   * missing.
   */
  touch?(key: Uint8Array): boolean;
  /** Entries stored now. */
  readonly count: number;
}

/** Update flags: BPF_ANY, BPF_NOEXIST, BPF_EXIST. */
export const updateFlag = { any: 0, create: 1, update: 2 } as const;

/** The options of a store; see `MemoryMapOptions`. */
export interface StoreOptions {
  readonly keySize: number;
  /** Bytes of a value in a system call: all slots of a per-CPU kind. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly cpus: number;
  /** Nodes that a CPU takes at once from an LRU map's free list. */
  readonly batchSize: number;
  readonly hash: (key: Uint8Array) => number;
  /** For maps of maps: the id of the map behind a file descriptor. */
  readonly innerId: (fd: number) => number | undefined;
}
