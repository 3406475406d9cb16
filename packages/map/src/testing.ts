/** A map in memory that behaves like the kernel's, for tests without privileges. */
export type { LruBatch } from './memory/lru-list.js';
export {
  type MapCall,
  type MemoryMap,
  type MemoryMapKind,
  type MemoryMapOptions,
  memoryMap,
} from './memory/memory-map.js';
