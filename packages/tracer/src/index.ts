export { SpoorError, type SpoorErrorCode } from '@spoor/btf';
export type { CommandExit, CommandOptions } from './gated-command.js';
export type { MissMode } from './load-kernel-side.js';
export { type ProcessExit, ProcessTree, type TracedProcess } from './process-tree.js';
export {
  defaultMapEntries,
  defaultRingSizes,
  type MachineSize,
  mapEntryBytes,
  mapMemoryBudget,
} from './sizing.js';
export type { EventStatistics, ProgramStatistics, Statistics } from './statistics.js';
export { type TraceOptions, trace } from './trace.js';
export type { EachOptions, TracedEvent, Tracer } from './tracer.js';
