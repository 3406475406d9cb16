export { receiveDescriptor } from '@spoor/object';
export { findCommand } from './find-command.js';
export { GateSocket } from './gate-socket.js';
export type { CommandExit, HeldCommand, SpawnOptions } from './gated-command.js';
export type { MissMode } from './load-kernel-side.js';
export type { TraceOptions, TuningOptions } from './options.js';
export type { ProcessExit, TracedProcess } from './process-node.js';
export { ProcessTree } from './process-tree.js';
export { raiseReaderPriority } from './reader-priority.js';
export {
  defaultMapEntries,
  defaultRingSizes,
  type MachineSize,
  mapEntryBytes,
  mapMemoryBudget,
} from './sizing.js';
export type { Dropper, EventStatistics, ProgramStatistics, Statistics } from './statistics.js';
export { trace } from './trace.js';
export type { Tracer } from './tracer.js';
export type { EachOptions, TracedEvent } from './tracer-parts.js';
