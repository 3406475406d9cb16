export {
  type Drainable,
  type DrainOptions,
  type RingData,
  type RingFault,
  type RingHandler,
  type RingMemory,
  recordHeaderBytes,
} from './memory.js';
export { mergeRings, type RingMerge, type RingMergeOptions } from './merge.js';
export { defaultPace, type PaceOptions, type Wakeup } from './pace.js';
export { type PerfMemory, PerfReader, type PerfReaderOptions } from './perf-reader.js';
export { RingPoller, type RingPollerOptions } from './poller.js';
export { RingReader, type RingReaderOptions } from './reader.js';
export { RingStream, type RingStreamOptions } from './stream.js';
