export {
  type Drainable,
  type DrainOptions,
  type RingData,
  type RingFault,
  type RingHandler,
  type RingMemory,
  recordHeaderBytes,
} from './memory.js';
export { defaultPace, type PaceOptions, type Wakeup } from './pace.js';
export { RingPoller, type RingPollerOptions } from './poller.js';
export { RingReader, type RingReaderOptions } from './reader.js';
export { RingMerge, type RingMergeOptions } from './ring-merge.js';
export { RingSet } from './ring-set.js';
export { RingSource, type RingSourceOptions } from './stream.js';
