import { createRequire } from 'node:module';
import type { FilterKindName } from '../gen/enums.js';
import { eventKinds } from '../gen/names.js';

export * from '../gen/constants.js';
export * from '../gen/events.js';
export * from '../gen/maps.js';
export * from '../gen/names.js';

type EventKind = (typeof eventKinds)[number];

/** Kinds of events that tell of the life of processes: always collected, in a ring of their own. */
export const lifecycleKinds = ['fork', 'exec', 'exit'] as const satisfies readonly EventKind[];

/**
 * Kinds of events that a trace reports only if they are named. The others are the default: each
 * kind that is on takes time at start-up, because the verifier reads its code.
 */
export const namedKinds = ['symlink', 'mknod'] as const satisfies readonly EventKind[];

/** Kinds of events that a trace reports by default. */
export const defaultKinds: readonly EventKind[] = eventKinds.filter(
  (kind) => !(namedKinds as readonly string[]).includes(kind),
);

/** Kinds of filters that the lean object has. */
export const leanFilters = ['pid'] as const satisfies readonly FilterKindName[];

/**
 * A compiled object. All objects are of one source and have the types of the exported layouts.
 */
export interface ObjectVariant {
  /**
   * Without the code of other than lifecycle events, and of filters but `leanFilters`: loaded in
   * half the time.
   */
  readonly lean?: boolean;
  /** For kernels that have no `bpf_loop`: 5.10, where it is 5.17 otherwise. */
  readonly withoutBpfLoop?: boolean;
}

/** Path of a compiled BPF object. */
export function objectPath({ lean = false, withoutBpfLoop = false }: ObjectVariant = {}): string {
  const name = `spoor${lean ? '-lean' : ''}${withoutBpfLoop ? '-without-bpf-loop' : ''}`;
  return createRequire(import.meta.url).resolve(`@spoor/bpf/objects/${name}.bpf.o`);
}
