/**
 * The parts that the `spoor` command needs besides `trace`: a command that a launcher holds, the
 * priority of the reader, and the default sizes. Programs that trace need none of it.
 */
export { receiveDescriptor } from '@spoor/object/system';
export { findCommand } from './command/find-command.js';
export { GateSocket } from './command/gate-socket.js';
export type { HeldCommand, TraceRights } from './command/held-command.js';
export { raiseReaderPriority } from './command/reader-priority.js';
export {
  defaultProcessMapSize,
  defaultRingSizes,
  type MachineSize,
  mapEntryBytes,
} from './kernel/sizing.js';
