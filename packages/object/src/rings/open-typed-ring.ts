import type { KernelMap } from '../maps/kernel-map.js';
import { type OpenPerfBufferOptions, openPerfBuffer, perfEventArray } from './open-perf-buffer.js';
import { type OpenRingOptions, openRing } from './open-ring.js';
import { RecordDecoder, type RecordTypes } from './record-decoder.js';
import { TypedRing, type TypedRingOptions } from './typed-ring.js';

/** Options of `LoadedObject.ring`: those of the reading, and those of the buffer. */
export interface RingOptions extends TypedRingOptions, OpenRingOptions, OpenPerfBufferOptions {}

/**
 * @param declared what a generated module says of the map
 * @throws {SpoorError} see `LoadedObject.ring`
 */
export function openTypedRing(
  map: KernelMap,
  declared: object | undefined,
  options: RingOptions & Partial<RecordTypes>,
): TypedRing<unknown> {
  const isPerf = map.type === perfEventArray;
  const decoder = new RecordDecoder(map.name, recordTypes(options) ?? recordTypes(declared) ?? none, isPerf);
  const reader = isPerf ? openPerfBuffer(map, options) : openRing(map, options);
  return new TypedRing(map.name, reader, { ...options, decoder });
}

const none: RecordTypes = { records: [] };

const recordTypes = (given: object | undefined): RecordTypes | undefined =>
  given !== undefined && 'records' in given && given.records !== undefined
    ? (given as RecordTypes)
    : undefined;
