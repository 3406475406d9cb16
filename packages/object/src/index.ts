export { SpoorError, type SpoorErrorCode, type SpoorErrorOptions } from '@spoor/btf';
export { bootTimeNs, wallTimeNs } from './clock.js';
export type { Constant } from './constants.js';
export { type Environment, hasProcfs, isLocked, missingPrivilege, readEnvironment } from './environment.js';
export { type Feature, features } from './features/features.js';
export type { FeatureName } from './features/probes.js';
export type { Pointer } from './ffi/driver.js';
export { Globals } from './globals.js';
export { KernelMap } from './kernel-map.js';
export { Link } from './link.js';
export { LoadedObject } from './loaded-object.js';
export { describeMachine, type Machine } from './machine.js';
export { type OpenOptions, openObject } from './open-object.js';
export {
  type LoadOptions,
  type OpenedMap,
  OpenedObject,
  type OpenedProgram,
} from './opened-object.js';
export { type DropOptions, type Dropped, dropPrivileges } from './privileges.js';
export { LoadedProgram, type ProgramInfo } from './program.js';
export { type Received, receiveDescriptor } from './receive-descriptor.js';
export * from './ring/index.js';
export { type MapRingOptions, mapRing } from './ring-memory.js';
export { RingWakeup } from './ring-wakeup.js';
export { type SharedMap, shareMap, useSharedMap } from './shared-map.js';
export { socketPair } from './socket-pair.js';
export type { TestRun, TestRunResult } from './test-run.js';
export type { Variable } from './variable.js';
