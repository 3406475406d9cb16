import { describe } from 'vitest';
import { arrays } from './arrays.js';
import { fullness, perCpuHashes } from './bounds.js';
import { hashKinds } from './hashes.js';
import { mapsOfMaps, queues } from './queues.js';
import type { ConformanceSubject } from './subject.js';
import { tries } from './tries.js';

/**
 * One suite for every implementation of `RawMap`: what holds here holds in memory and in the
 * kernel.
 */
export function conformance(subject: ConformanceSubject): void {
  describe(`maps of ${subject.name}`, () => {
    for (const spec of ['hash', 'lru_hash'] as const) hashKinds(subject, spec);
    for (const spec of ['percpu_hash', 'lru_percpu_hash'] as const) perCpuHashes(subject, spec);
    fullness(subject);
    arrays(subject);
    tries(subject);
    queues(subject);
    mapsOfMaps(subject);
  });
}
