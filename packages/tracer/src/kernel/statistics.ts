import { dropReasonNames, type EventCounters, events, maps, type StateStats, WordsPlace } from '@spoor/bpf';
import { typedMap } from '@spoor/map';
import type { KernelSide } from './kernel-side.js';

/** What happened to the events of one kind: `submitted` plus all of `dropped` is what happened. */
export interface EventStatistics {
  /** Records that the kernel side put into a ring. */
  readonly submitted: number;
  /** Records that were read. Behind `submitted` while records wait in the ring. */
  readonly delivered: number;
  /** Records that were lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** A process whose events were dropped because the ring of activity was full or nearly full. */
export interface Dropper {
  /** In the initial pid namespace, as in events. */
  readonly tgid: number;
  /** Its name when the ring was first nearly full. */
  readonly comm: string;
  readonly dropped: number;
}

/** So many processes are named at most. */
const mostDroppers = 10;

export interface ProgramStatistics {
  readonly name: string;
  /** The section that it attaches by. */
  readonly hook: string;
  /** Runs and nanoseconds: only counted while the kernel's BPF statistics are on. */
  readonly runs: number;
  readonly runTimeNs: number;
  /** Runs that the kernel skipped because the program was running on that CPU already. */
  readonly recursionMisses: number;
}

/** Misses that were answered with a record rebuilt from the task, by where the process's own words were found. */
export interface Recoveries {
  readonly storage: number;
  readonly hash: number;
  /** No words were kept, which says that they are zero, unless `wordsLost` says that some were lost. */
  readonly none: number;
}

export type StateStatistics = Readonly<Record<Exclude<keyof StateStats, 'recovered'>, number>> & {
  readonly recovered: Recoveries;
};

/** A moment's state of everything that is counted. Counters only grow. */
export interface Statistics {
  readonly events: Readonly<Record<string, EventStatistics>>;
  /** Of process state: what was found, missed and recovered, and how. See `struct state_stats`. */
  readonly state: StateStatistics;
  /** Entries of the process map. */
  readonly mapEntries: number;
  /** Bytes. The ring of other events is not there, and its size 0, where only lifecycle events are collected. */
  readonly rings: Readonly<
    Record<'lifecycle' | 'activity', { readonly size: number; readonly backlog: number }>
  >;
  /** Up to ten processes that lost most events of activity, most first. Some may be missing. */
  readonly droppers: readonly Dropper[];
  readonly programs: readonly ProgramStatistics[];
  /** For what there is more than one way, the way that this kernel takes. */
  readonly variants: Readonly<Record<string, string>>;
  /** Events that came out of a ring after a later one. */
  readonly misordered: number;
}

/** Reads all counters. `delivered` is counted by whoever reads the rings. */
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

/** Of each kind of event: see `Statistics.events`. */
export function eventStatistics(
  { eventCounters }: KernelSide,
  delivered: ReadonlyMap<string, number>,
): Record<string, EventStatistics> {
  const statistics: Record<string, EventStatistics> = {};
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

/** The statistics of events, with what was delivered by now. */
export function withDelivered(
  statistics: Statistics['events'],
  delivered: ReadonlyMap<string, number>,
): Statistics['events'] {
  return Object.fromEntries(
    Object.keys(events).map((kind) => [kind, { ...statistics[kind]!, delivered: delivered.get(kind) ?? 0 }]),
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
