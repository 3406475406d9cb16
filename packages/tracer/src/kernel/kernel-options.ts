import type { KernelDefinition } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import type { Observer } from '@spoor/proc';
import type { EnvironmentNames } from './environment-names.js';

/** Changes to the kernel side, for experiments. */
export interface KernelOverrides {
  /**
   * Path of an object that was compiled with `SPOOR_MISS_MODE` (bpf/lib/config.h). Its layouts are
   * not compared. Default: an object of `@spoor/bpf`.
   */
  readonly missModeObject?: string;
  /** False to keep words in a hash on a kernel that has task storage. */
  readonly taskStorage?: boolean;
  /** Entries of the hash that keeps words without task storage. */
  readonly wordsEntries?: number;
}

export interface KernelSideOptions extends KernelOverrides {
  /** The objects, and what is in them. */
  readonly kernel: KernelDefinition;
  /** The event kinds to collect. Lifecycle events are always collected. */
  readonly events: ReadonlySet<string>;
  readonly processMapSize?: number;
  /** Bytes, a power of two. */
  readonly lifecycleRingSize?: number;
  readonly activityRingSize?: number;
  /**
   * The most milliseconds that a record waits in a ring. Undefined: the default of `@spoor/ring`.
   */
  readonly maxLatencyMs: number | undefined;
  /** True if the reader sleeps while it is idle. */
  readonly sleepsWhenIdle: boolean;
  /** The most bytes of arguments in an exec event. Undefined: `argvLimits.usual`. */
  readonly argvLimit: number | undefined;
  /** The variables of the environment that execs have. */
  readonly environment: EnvironmentNames;
  /** False if the kernel refused hooks on its functions. */
  readonly functionHooks?: boolean;
  /** The filter kinds whose code is loaded. */
  readonly filterKinds: ReadonlySet<FilterKindName>;
  /** True if the code of conditions on event fields is loaded. */
  readonly conditions: boolean;
  /** True if the kernel counts and times the runs of programs. */
  readonly measurePrograms: boolean;
  /** True if the scopes never change, so that their tables can be frozen. */
  readonly fixed: boolean;
  /** True if scopes, or later scopes, need the processes that live before the trace. */
  readonly needsSnapshot: boolean;
}

/** The choices for this machine and this trace. */
export interface KernelConfiguration {
  readonly options: KernelSideOptions;
  readonly processMapSize: number;
  readonly possibleCpus: number;
  readonly pageSize: number;
  /** Bytes; 0 without the ring. */
  readonly ringSizes: { readonly lifecycle: number; readonly activity: number };
  /** True if programs wake the reader when another eighth of a ring has filled. */
  readonly wakesReader: boolean;
  /** True if programs wake the reader when it sleeps. */
  readonly readerSleeps: boolean;
  readonly taskStorage: boolean;
  /** The namespaces of process ids and start times from user space. */
  readonly observer: Observer;
  /** The variant in use of each part that depends on the kernel. */
  readonly variants: Readonly<Record<string, string>>;
}

/**
 * Limits of the bytes of arguments in an exec event. `usual` is ARGV_MAX of bpf/lib/scratch.h, the
 * room in a frame. `most` is one more than ARGV_LONG_MAX.
 */
export const argvLimits = { least: 1024, usual: 4095, most: 65_536 } as const;
