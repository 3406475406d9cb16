/** Reads processes from `/proc`. */
export { cgroupOfProcess, findCgroup } from './cgroups.js';
export { type Device, type Executable, kernelDevice } from './executable.js';
export type { Found, Refusal } from './found.js';
export { type Observer, observer } from './observer.js';
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
} from './read-process.js';
export { nsToTicks, startClock } from './start-clock.js';
export { findUser, type User } from './user.js';
