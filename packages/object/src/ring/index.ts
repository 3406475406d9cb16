export { InventedRing, type InventedRingOptions, type Reservation } from './invented-ring.js';
export type { Drainable, DrainOptions, RingData, RingFault, RingHandler, RingMemory } from './memory.js';
export { RingReader, type RingReaderOptions } from './reader.js';
