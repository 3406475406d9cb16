import { errno } from '@spoor/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectBalanced, identity, type State, s, stateMap } from '../test/states.js';
import type { MapCall, MemoryMap } from './memory/memory-map.js';
import { withInit } from './with-init.js';

/**
 * A rival's change of the key just before one of our calls (`start` 0: a delete). The next call may
 * fail.
 */
interface Rival {
  readonly call: MapCall;
  readonly start: number;
  readonly fails: boolean;
}

const rivals = fc.array(
  fc.record<Rival>({
    call: fc.constantFrom('lookup', 'update', 'lookupAndDelete'),
    start: fc.nat(4),
    fails: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 24 },
);

/** A rival's value differs from ours, so that it shows whose it is. */
const RIVAL_FACT = 77;
const KEY = 5;

/** Arms the faults. Returns how many entries rivals put in, less those that they took out. */
function stage(raw: MemoryMap, plan: readonly Rival[]): () => number {
  const key = Uint8Array.of(KEY, 0, 0, 0);
  let net = 0;
  for (const { call, start, fails } of plan) {
    raw.beforeNext(call, () => {
      const before = raw.count;
      if (start === 0) raw.evict(key);
      else raw.put(key, new Uint8Array(Uint32Array.of(start, RIVAL_FACT).buffer));
      net += raw.count - before;
    });
    if (fails) raw.failNext(call, call === 'update' ? errno.ENOMEM : errno.ENOENT);
  }
  return () => net;
}

describe('lookupOrInit against rivals at every step', () => {
  it('returns the wanted identity, says truly how, and keeps its books', () => {
    fc.assert(
      fc.property(rivals, fc.integer({ min: 1, max: 4 }), (plan, want) => {
        const { raw, map } = stateMap();
        const net = stage(raw, plan);
        const states = withInit(map, { init: (): State => s(want, 1), ...identity });
        const { outcome, value } = states.lookupOrInit(KEY, want);
        expect(value.start).toBe(want);
        if (outcome === 'created' || outcome === 'not-stored') expect([1, RIVAL_FACT]).toContain(value.fact);
        if (outcome === 'created') expect(value.fact).toBe(1);
        if (outcome === 'hit') expect(value.fact).toBe(RIVAL_FACT);
        expectBalanced(states.counters);
        const { created, replaced } = states.counters;
        expect(raw.count).toBe(created - replaced + net());
      }),
      { numRuns: 3_000 },
    );
  });
});
