export {
  type Environment,
  hasProcfs,
  isLocked,
  missingPrivilege,
  readEnvironment,
} from './features/environment.js';
export { type Feature, features } from './features/features.js';
export { describeMachine, type Machine } from './features/machine.js';
export type { FeatureName } from './features/probes.js';
export type { Pointer } from './ffi/driver.js';
export { bootTimeNs, wallTimeNs } from './libc/clock.js';
export { type DropOptions, type Dropped, dropPrivileges } from './libc/privileges.js';
export { type Received, receiveDescriptor } from './libc/receive-descriptor.js';
export { socketPair } from './libc/socket-pair.js';
export { Link } from './links/link.js';
export type { Constant } from './load/constants.js';
export { LoadedObject } from './load/loaded-object.js';
export { type OpenOptions, openObject } from './load/open-object.js';
export { OpenedObject } from './load/opened-object.js';
export type { LoadOptions, OpenedMap, OpenedProgram } from './load/opened-parts.js';
export { Globals } from './maps/globals.js';
export { KernelMap } from './maps/kernel-map.js';
export { type SharedMap, shareMap, useSharedMap } from './maps/shared-map.js';
export type { Variable } from './maps/variable.js';
export { LoadedProgram, type ProgramInfo } from './programs/program.js';
export type { TestRun, TestRunResult } from './programs/test-run.js';
export { type OpenRingOptions, openRing } from './ring/open-ring.js';
export { RingWakeup } from './ring/wakeup.js';
