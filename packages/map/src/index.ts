/** Typed BPF maps over any raw map, with `lookupOrInit` for their misses. */
export type { ValueCodec } from './access.js';
export type { InitCounters, InitOptions, InitOutcome, InitResult } from './init-store.js';
export { type PerCpuMapOptions, type TypedMapOptions, typedMap } from './map-view.js';
export { type ProcessInfo, type ProcessInfoOptions, processInfo } from './process-info.js';
export type { Shape, ValueOf } from './shape.js';
export type { SetMode, TypedMap } from './typed-map.js';
export { type TypedQueue, typedQueue } from './typed-queue.js';
export { type AsyncInitMap, type InitMap, withAsyncInit, withInit } from './with-init.js';
