import { maps } from '@spoor/bpf';
import { dropReasonNames, WordsPlace } from '@spoor/bpf/enums';
import type { EventCounters, StateStats } from '@spoor/bpf/structs';
import { typedMap } from '@spoor/map';
import type { KernelSide } from './kernel-side.js';

/** Counters of one event kind. `submitted` plus all of `dropped` is the number of events. */
export interface EventStatistics {
  /** Records that were written to a ring. */
  readonly submitted: number;
  /** Records that were read. Fewer than `submitted` while records wait in a ring. */
  readonly delivered: number;
  /** Records that were dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** A process whose events were dropped because the activity ring was nearly full. */
export interface Dropper {
  /** The process id in the initial pid namespace, as in events. */
  readonly tgid: number;
  /** The name of the task when the ring was first nearly full. */
  readonly comm: string;
  /** Its dropped events. */
  readonly dropped: number;
}

/** The most processes that are listed. */
const mostDroppers = 10;

/** Counters of a BPF program. */
export interface ProgramStatistics {
  readonly name: string;
  /** The section in the object, which names the hook. */
  readonly hook: string;
  /** Runs. Counted with `tuning.measurePrograms` only. */
  readonly runs: number;
  /** Run time in nanoseconds. Measured with `tuning.measurePrograms` only. */
  readonly runTimeNs: number;
  /** Runs that the kernel skipped because the program was already running on the CPU. */
  readonly recursionMisses: number;
}

/** Misses for which the kernel rebuilt the record, by the place of the follow state. */
export interface Recoveries {
  /** The follow state was in task storage. */
  readonly storage: number;
  /** The follow state was in the hash. */
  readonly hash: number;
  /** The process had no follow state, or it was lost if `wordsLost` is not 0. */
  readonly none: number;
}

export type StateStatistics = Readonly<Record<Exclude<keyof StateStats, 'recovered'>, number>> & {
  readonly recovered: Recoveries;
};

/** A snapshot of all counters. Counters only grow. */
export interface Statistics {
  /** Events by kind. */
  readonly events: Readonly<Record<string, EventStatistics>>;
  /** Process state: lookups, misses and recoveries. Source: `struct state_stats` in bpf/maps. */
  readonly state: StateStatistics;
  /** Entries of the process map. */
  readonly mapEntries: number;
  /**
   * Sizes and unread bytes of the rings, in bytes. The size of `activity` is 0 if only lifecycle
   * events are collected.
   */
  readonly rings: Readonly<
    Record<'lifecycle' | 'activity', { readonly size: number; readonly backlog: number }>
  >;
  /** The ten processes with the most dropped events, most first. Some may be missing. */
  readonly droppers: readonly Dropper[];
  /** The loaded BPF programs. */
  readonly programs: readonly ProgramStatistics[];
  /** The variant in use of each part that depends on the kernel. */
  readonly variants: Readonly<Record<string, string>>;
  /** Events that were handed out after a later event. */
  readonly misordered: number;
}

/** Reads all counters. The reader of the rings counts `delivered`. */
export function readStatistics(kernel: KernelSide, delivered: ReadonlyMap<string, number>): Statistics {
  return {
    events: eventStatistics(kernel, delivered),
    state: stateStatistics(kernel),
    mapEntries: kernel.configuration.processMapSize,
    rings: ringStatistics(kernel),
    droppers: droppers(kernel),
    programs: [...kernel.object.programs.values()].map((program) => {
      const info = program.info();
      return {
        name: program.name,
        hook: program.section.replace(/^\?/, ''),
        runs: Number(info.runCount),
        runTimeNs: Number(info.runTimeNs),
        recursionMisses: Number(info.recursionMisses),
      };
    }),
    variants: kernel.configuration.variants,
    misordered: kernel.rings.misordered,
  };
}

/** Returns `Statistics.events`. */
export function eventStatistics(
  { eventCounters, configuration }: KernelSide,
  delivered: ReadonlyMap<string, number>,
): Record<string, EventStatistics> {
  const statistics: Record<string, EventStatistics> = {};
  const { events } = configuration.options.kernel;
  for (const [kind, { kind: number }] of Object.entries(events)) {
    const perCpu: readonly EventCounters[] = eventCounters.get(number) ?? [];
    const dropped: Record<string, number> = {};
    for (const [reason, name] of Object.entries(dropReasonNames)) {
      const total = sum(perCpu, (counters) => counters.dropped[Number(reason)]!);
      if (total > 0) dropped[name] = total;
    }
    statistics[kind] = {
      submitted: sum(perCpu, (counters) => counters.submitted),
      delivered: delivered.get(kind) ?? 0,
      dropped,
    };
  }
  return statistics;
}

/** Returns the statistics of events with the current `delivered`. */
export function withDelivered(
  statistics: Statistics['events'],
  delivered: ReadonlyMap<string, number>,
): Statistics['events'] {
  return Object.fromEntries(
    Object.entries(statistics).map(([kind, counted]) => [
      kind,
      { ...counted, delivered: delivered.get(kind) ?? 0 },
    ]),
  );
}

function stateStatistics({ stateCounters }: KernelSide): StateStatistics {
  const perCpu: readonly StateStats[] = stateCounters.get(0) ?? [];
  const { recovered: _, ...numbers } = perCpu[0]!;
  const names = Object.keys(numbers) as (keyof typeof numbers)[];
  const totals = names.map((name) => [name, sum(perCpu, (stats) => stats[name])]);
  const recovered = (place: number) => sum(perCpu, (stats) => stats.recovered[place]!);
  return {
    ...(Object.fromEntries(totals) as Record<keyof typeof numbers, number>),
    recovered: {
      storage: recovered(WordsPlace.WORDS_IN_STORAGE),
      hash: recovered(WordsPlace.WORDS_IN_HASH),
      none: recovered(WordsPlace.WORDS_NOWHERE),
    },
  };
}

function droppers({ object }: KernelSide): Dropper[] {
  if (!object.maps.has('ring_users')) return [];
  const found: Dropper[] = [];
  typedMap(object.map('ring_users'), maps.ring_users).forEach(({ comm, dropped }, { tgid }) => {
    if (tgid !== 0 && dropped > 0n) found.push({ tgid, comm, dropped: Number(dropped) });
  });
  return found.sort((one, other) => other.dropped - one.dropped).slice(0, mostDroppers);
}

function ringStatistics(kernel: KernelSide): Statistics['rings'] {
  const { ringSizes } = kernel.configuration;
  const [lifecycle, activity] = kernel.rings.readers;
  return {
    lifecycle: { size: ringSizes.lifecycle, backlog: lifecycle!.backlog },
    activity: { size: ringSizes.activity, backlog: activity?.backlog ?? 0 },
  };
}

function sum<T>(values: readonly T[], of: (value: T) => bigint): number {
  return Number(values.reduce((total, value) => total + of(value), 0n));
}
