/** Types only: `pnpm check types` checks this file, nothing runs it. */
import type { KeyedMap, PerCpuMap, QueueMap } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import { expectTypeOf } from 'vitest';
import { type TypedMap, type TypedQueue, typedMap, typedQueue } from '../src/index.js';

interface Alert {
  pid: number;
  total: bigint;
}

/** As a module of `npx @spoor/btf generate` declares them. */
declare const maps: {
  readonly alerts: KeyedMap<number, Alert>;
  readonly counts: PerCpuMap<Uint8Array, bigint>;
  readonly waiting: QueueMap<Alert>;
};
declare const raw: RawMap;

expectTypeOf(typedMap(raw, maps.alerts)).toEqualTypeOf<TypedMap<number, Alert>>();
expectTypeOf(typedMap(raw, maps.counts)).toEqualTypeOf<TypedMap<Uint8Array, bigint[]>>();
expectTypeOf(typedQueue(raw, maps.waiting)).toEqualTypeOf<TypedQueue<Alert>>();
// @ts-expect-error: a queue has no keys
typedMap(raw, maps.waiting);
