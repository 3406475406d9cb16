import { SpoorError } from '@spoor/core';
import type { KernelMap } from '../maps/kernel-map.js';

const readers = new WeakMap<KernelMap, { readonly closed: boolean }>();

/**
 * Remembers the reader that `open` returns until it is closed. The kernel keeps one consumer
 * position per ring, and a perf event array has one buffer per CPU.
 *
 * @throws {SpoorError} WRONG_PHASE when the map has a reader that is open
 */
export function withOneReader<Reader extends { readonly closed: boolean }>(
  map: KernelMap,
  open: () => Reader,
): Reader {
  if (readers.get(map)?.closed === false) {
    throw new SpoorError('WRONG_PHASE', `the ring ${map.name} is open already`, {
      remedy: 'Use the reader that was opened before, or close that first: a ring has one reader.',
      details: { map: map.name },
    });
  }
  const reader = open();
  readers.set(map, reader);
  return reader;
}
