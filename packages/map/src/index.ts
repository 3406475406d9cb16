export type { ValueCodec } from './access.js';
export { type ErrnoName, errno, errnoName } from './errno.js';
export type { How, InitCounters, InitOptions, InitResult } from './init-store.js';
export { type MapKind, type MapKindName, mapKinds } from './kinds.js';
export { type LruBatch, lruBatchSize } from './memory/lru-list.js';
export {
  type MapCall,
  type MemoryMap,
  type MemoryMapKind,
  type MemoryMapOptions,
  memoryMap,
} from './memory/memory-map.js';
export { type Device, type Executable, kernelDevice } from './process/executable.js';
export { type Observer, observer } from './process/observer.js';
export { type ProcessInfo, type ProcessInfoOptions, processInfo } from './process/process-info.js';
export {
  type FoundProcess,
  findProcess,
  type Ids,
  type NamespaceName,
  namespaceNames,
  type ProcessFacts,
  type ReadProcessOptions,
  readProcess,
  readStartTicks,
} from './process/read-process.js';
export type { BatchRequest, BatchResult, RawMap } from './raw-map.js';
export type { Shape, ValueOf } from './shape.js';
export {
  type PerCpuMapOptions,
  type SetMode,
  type TypedMap,
  type TypedMapOptions,
  typedMap,
} from './typed-map.js';
export { type TypedQueue, typedQueue } from './typed-queue.js';
export { type AsyncInitMap, type InitMap, withAsyncInit, withInit } from './with-init.js';
