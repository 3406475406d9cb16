/**
 * Reads processes from `/proc`: identity, executable, start time, namespaces, cgroups and users.
 */
export { accountNames, findAccountId, findUser, type User } from './accounts.js';
export { bootId } from './boot-id.js';
export { cgroupOfProcess, findCgroup } from './cgroups.js';
export { type Device, type Executable, kernelDevice, splitDevice } from './executable.js';
export type { Found, Refusal } from './found.js';
export { type LivingProcess, livingDescendants, readLiving } from './living.js';
export { type Observer, observer } from './observer.js';
export {
  type FoundProcess,
  findProcess,
  type Ids,
  type ProcessFacts,
  type ReadProcessOptions,
  readProcess,
  readStartTicks,
} from './read-process.js';
export { ticksOfStartTime } from './start-clock.js';
