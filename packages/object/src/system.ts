/** The machine and the process as a tracer needs them. */
export {
  type Environment,
  hasProcfs,
  isLocked,
  missingPrivilege,
  readEnvironment,
} from './features/environment.js';
export { bootTimeNs, wallTimeNs } from './libc/clock.js';
export { type DropOptions, type Dropped, dropPrivileges } from './libc/privileges.js';
export { type Received, receiveDescriptor } from './libc/receive-descriptor.js';
export { socketPair } from './libc/socket-pair.js';
export { type SharedMap, shareMap, useSharedMap } from './maps/shared-map.js';
export { RingWakeup } from './rings/wakeup.js';
