export type { ValueCodec } from './access.js';
export type { How, InitCounters, InitOptions, InitResult } from './init-store.js';
export { type PerCpuMapOptions, type TypedMapOptions, typedMap } from './map-view.js';
export { type LruBatch, lruBatchSize } from './memory/lru-list.js';
export {
  type MapCall,
  type MemoryMap,
  type MemoryMapKind,
  type MemoryMapOptions,
  memoryMap,
} from './memory/memory-map.js';
export { type ProcessInfo, type ProcessInfoOptions, processInfo } from './process-info.js';
export type { Shape, ValueOf } from './shape.js';
export type { SetMode, TypedMap } from './typed-map.js';
export { type TypedQueue, typedQueue } from './typed-queue.js';
export { type AsyncInitMap, type InitMap, withAsyncInit, withInit } from './with-init.js';
