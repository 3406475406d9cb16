import type { MemoryMapKind } from '../src/testing.js';

/** The maps of the conformance suite; `test/maps.bpf.c` declares the same ones for the kernel. */
export const mapSpecs = {
  hash: { kind: 'hash', keySize: 8, valueSize: 20, maxEntries: 4096 },
  lru_hash: { kind: 'lru_hash', keySize: 8, valueSize: 20, maxEntries: 4096 },
  percpu_hash: { kind: 'percpu_hash', keySize: 8, valueSize: 20, maxEntries: 256 },
  lru_percpu_hash: { kind: 'lru_percpu_hash', keySize: 8, valueSize: 20, maxEntries: 1024 },
  small_hash: { kind: 'hash', keySize: 8, valueSize: 20, maxEntries: 8 },
  small_lru_hash: { kind: 'lru_hash', keySize: 8, valueSize: 20, maxEntries: 32 },
  array: { kind: 'array', keySize: 4, valueSize: 20, maxEntries: 8 },
  percpu_array: { kind: 'percpu_array', keySize: 4, valueSize: 20, maxEntries: 4 },
  lpm_trie: { kind: 'lpm_trie', keySize: 8, valueSize: 4, maxEntries: 16 },
  queue: { kind: 'queue', keySize: 0, valueSize: 4, maxEntries: 4 },
  stack: { kind: 'stack', keySize: 0, valueSize: 4, maxEntries: 4 },
  array_of_maps: { kind: 'array_of_maps', keySize: 4, valueSize: 4, maxEntries: 4 },
  hash_of_maps: { kind: 'hash_of_maps', keySize: 4, valueSize: 4, maxEntries: 4 },
} as const satisfies Record<
  string,
  { kind: MemoryMapKind; keySize: number; valueSize: number; maxEntries: number }
>;

export type SpecName = keyof typeof mapSpecs;
