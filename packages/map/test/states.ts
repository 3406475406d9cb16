import { compileCodec } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import { expect } from 'vitest';
import { type InitCounters, typedMap } from '../src/index.js';
import { type MemoryMapOptions, memoryMap } from '../src/testing.js';

/** A value that is an identity (when its owner started) and a fact about the owner. */
export interface State {
  start: number;
  fact: number;
}

export const u32 = { kind: 'int', size: 4, signed: false } as const;

export const stateCodec = compileCodec<State>({
  kind: 'struct',
  name: 'state',
  size: 8,
  fields: [
    { name: 'start', offset: 0, layout: u32 },
    { name: 'fact', offset: 4, layout: u32 },
  ],
});

export const s = (start: number, fact = 0): State => ({ start, fact });

/** The wanted start is the identity; a later start is newer. */
export const identity = {
  isSame: (value: State, want: number): boolean => value.start === want,
  isNewer: (stored: State, mine: State): boolean => stored.start > mine.start,
};

export const typedStates = (raw: RawMap) => typedMap(raw, { key: u32, value: stateCodec });

/** A map of states with room for 8, and faults. */
export function stateMap(options: Partial<MemoryMapOptions> = {}) {
  const raw = memoryMap({ kind: 'hash', keySize: 4, valueSize: 8, maxEntries: 8, ...options });
  return { raw, map: typedStates(raw) };
}

/** Lookups are hits or misses, and every miss ended somewhere. */
export function expectBalanced(counters: Readonly<InitCounters>): void {
  const { lookups, hits, misses, created, raced, notStored, failed } = counters;
  expect(lookups).toBe(hits + misses);
  expect(misses).toBe(created + raced + notStored + failed);
}
