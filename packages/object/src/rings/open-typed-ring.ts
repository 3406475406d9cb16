import type { KernelMap } from '../maps/kernel-map.js';
import { openPerfBuffer, perfEventArray } from './open-perf-buffer.js';
import { openRing } from './open-ring.js';
import { RecordDecoder, type RecordTypes } from './record-decoder.js';
import { checkTypedRingOptions, type RingOptions } from './ring-options.js';
import { TypedRing } from './typed-ring.js';

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
  const { reading, ring, perf, types } = checkTypedRingOptions(map.name, options);
  const decoder = new RecordDecoder(map.name, types ?? recordTypes(declared) ?? none, isPerf);
  const reader = isPerf ? openPerfBuffer(map, perf) : openRing(map, ring);
  return new TypedRing(map.name, reader, { ...reading, decoder });
}

const none: RecordTypes = { records: [] };

const recordTypes = (given: object | undefined): RecordTypes | undefined =>
  given !== undefined && 'records' in given && given.records !== undefined
    ? (given as RecordTypes)
    : undefined;
