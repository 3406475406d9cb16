import { compileCodec } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import { typedMap } from '../../src/index.js';

/** `test/bpf/race.bpf.c` declares the same. */
export const KEYS = 16;
const WORDS = 72;
const FROM_USER = 2;

export interface RaceState {
  start: number;
  key: number;
  origin: number;
  words: number[];
}

const u32 = { kind: 'int', size: 4, signed: false } as const;

const codec = compileCodec<RaceState>({
  kind: 'struct',
  name: 'state',
  size: 12 + 4 * WORDS,
  fields: [
    { name: 'start', offset: 0, layout: u32 },
    { name: 'key', offset: 4, layout: u32 },
    { name: 'origin', offset: 8, layout: u32 },
    {
      name: 'words',
      offset: 12,
      layout: { kind: 'array', element: u32, length: WORDS, size: 4 * WORDS },
    },
  ],
});

function wordOf({ key, start, origin }: RaceState, index: number): number {
  const mixed = Math.imul(key, 2_654_435_761) + Math.imul(start, 40_503) + origin * 97;
  return (mixed + Math.imul(index, 2_246_822_519)) >>> 0;
}

/** Builds the state of a key whose owner started at `start`. */
export function buildState(key: number, start: number): RaceState {
  const state: RaceState = { key, start, origin: FROM_USER, words: [] };
  for (let index = 0; index < WORDS; index++) state.words.push(wordOf(state, index));
  return state;
}

/** False for a value of which a part is another's. */
export function isWhole(state: RaceState): boolean {
  return state.words.every((word, index) => word === wordOf(state, index));
}

export const statesOf = (raw: RawMap) => typedMap(raw, { key: u32, value: codec });
export const truthOf = (raw: RawMap) => typedMap(raw, { key: u32, value: u32 });
