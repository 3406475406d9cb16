import { maps } from '@spoor/bpf';
import type { StateStats } from '@spoor/bpf/structs';
import { ctype } from '@spoor/btf';
import { typedMap } from '@spoor/map';
import type { Tracer } from '@spoor/tracer';

/** Entries of the process map. */
export function countHeld(tracer: Tracer): number {
  const map = tracer.object.map('proc_info');
  // A miss mode adds a field to the value.
  const value = ctype.bytes(map.valueSize);
  let held = 0;
  for (const _ of typedMap(map, { key: maps.proc_info.key, value }).keys()) held += 1;
  return held;
}

/** Look-ups of the process map that missed, by the CPU that they were made on. */
export function missesByCpu(tracer: Tracer): number[] {
  const counters = typedMap(tracer.object.map('state_counters'), { ...maps.state_counters, perCpu: true });
  const perCpu: readonly StateStats[] = counters.get(0) ?? [];
  return perCpu.map(({ misses }) => Number(misses));
}
