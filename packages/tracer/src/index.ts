/** Traces commands, processes and machines: `trace`. */
export type { CommandExit, SpawnOptions } from './command/held-command.js';
export type {
  Dropper,
  EventStatistics,
  ProgramStatistics,
  Statistics,
} from './kernel/statistics.js';
export type { EachOptions, TracedEvent, TraceOptions, TuningOptions } from './options.js';
export { type Executed, FileHashes } from './processes/file-hashes.js';
export type { ProcessExec, ProcessExit, TracedProcess } from './processes/process-node.js';
export { ProcessTree } from './processes/process-tree.js';
export type { SavedProcess, SavedTree } from './processes/saved-tree.js';
export type { ExecSpan, ProcessSpan } from './processes/spans.js';
export { trace } from './trace.js';
export type { Tracer } from './tracer.js';
