import {
  type EventCounters,
  type FilterKindName,
  maps,
  type SnapshotResult,
  type StateStats,
} from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import { type TypedMap, typedMap } from '@spoor/map';
import { bootTimeNs, type KernelMap, type Link, type LoadedObject, openRing } from '@spoor/object';
import { mergeRings, type PaceOptions, type RingMerge } from '@spoor/ring';
import { isCommitProgram } from './event-programs.js';
import { argvLimits, type KernelConfiguration, type LoadedKernelSide } from './load-kernel-side.js';
import { readerPace } from './reader-pace.js';

/** Scope tables, and maps that decide whether an event is collected, counted or followed. */
const frozenMaps = [
  'scope_in_force',
  'scope_sets',
  'scope_grace',
  'filter_strings',
  'task_words',
  'task_words_hash',
  'words_locks',
  'frame_level',
  'frames',
  'event_counters',
  'state_counters',
  'ring_users',
  'peers',
  'kept_records',
] as const;

/** Deeper than any tree of processes gets; a pass more costs a millisecond. */
const maxPasses = 64;

/** Bytes of the longest record: it is built in a frame, or where arguments may be longer than that takes, in a long record. */
const longestRecord = ({ options }: KernelConfiguration): number =>
  (options.argvLimit ?? 0) > argvLimits.usual
    ? maps.long_records.value.layout.size
    : maps.frames.value.layout.size;

/**
 * The loaded object with its maps typed and its rings mapped: all that the tracer knows of the kernel. Owns what was
 * loaded; `close` lets go of it in the order links, rings, object.
 */
export class KernelSide {
  readonly object: LoadedObject;
  readonly configuration: KernelConfiguration;
  readonly rings: RingMerge;
  /** How often they are to be looked at. */
  readonly pace: PaceOptions;
  readonly #links: Link[] = [];
  readonly #closers: (() => void)[] = [];
  /** In the modes that show old failures nothing outlives a pass by which its end could be told. */
  readonly #legacy: boolean;
  #eventCounters: TypedMap<number, EventCounters[]> | undefined;
  #stateCounters: TypedMap<number, StateStats[]> | undefined;

  /** Closes the object when it throws. */
  constructor({ object, configuration }: LoadedKernelSide) {
    this.object = object;
    this.configuration = configuration;
    const { missMode = 'recover', measurePrograms } = configuration.options;
    this.#legacy = missMode !== 'recover';
    this.#closers.push(() => object.close());
    try {
      if (configuration.observer.pidNamespace !== undefined) this.#findObserver();
      if (measurePrograms) {
        const measuring = object.enableStats();
        this.#closers.push(() => measuring[Symbol.dispose]());
      }
      this.rings = this.#openRings();
      this.pace = readerPace(configuration, {
        object,
        rings: this.#ringMaps,
        onOpen: (wakeup) => this.#closers.push(() => wakeup.close()),
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get eventCounters(): TypedMap<number, EventCounters[]> {
    this.#eventCounters ??= typedMap(this.object.map('event_counters'), {
      ...maps.event_counters,
      perCpu: true,
    });
    return this.#eventCounters;
  }

  get stateCounters(): TypedMap<number, StateStats[]> {
    this.#stateCounters ??= typedMap(this.object.map('state_counters'), {
      ...maps.state_counters,
      perCpu: true,
    });
    return this.#stateCounters;
  }

  /** Whether the programs were loaded with the code of this kind of filter. */
  hasFilter(kind: FilterKindName): boolean {
    return this.configuration.options.filterKinds.has(kind);
  }

  /** Whether the programs were loaded with the code of conditions on fields of events. */
  get hasConditions(): boolean {
    return this.configuration.options.conditions;
  }

  /** Attaches every hook. Call after the scopes are written: events begin at once. */
  attach(): void {
    for (const program of this.object.programs.values()) {
      if (!program.hooked) continue;
      try {
        this.#links.push(program.attach());
      } catch (error) {
        // Without a hook that only proves, events are flagged instead.
        if (!isCommitProgram(program.name)) throw error;
      }
    }
    this.object.globals.write('attached_ns', bootTimeNs());
  }

  /**
   * Freezes the maps that only programs write from now on, so that user space can only read them. A
   * process with root's rights could otherwise blind the programs by one write. The process map
   * stays writable: programs rebuild deleted entries.
   */
  freeze(): void {
    if (!this.configuration.options.fixed) return;
    for (const name of frozenMaps) this.object.maps.get(name)?.freeze();
  }

  /** Detaches the hooks: no event comes after this. The rings stay readable. */
  detach(): void {
    for (let link = this.#links.pop(); link !== undefined; link = this.#links.pop()) link.detach();
  }

  /**
   * Finds the processes alive: what the scopes say of each is kept, and those older than the trace take what their
   * parents have. Passes until one adds nothing; at most as many as a tree is deep. Nothing is done when no
   * scope asks what is alive.
   */
  snapshot(): void {
    const program = this.object.programs.get('on_iter_task');
    if (program === undefined) return;
    const { globals } = this.object;
    const passes = this.#legacy ? 1 : maxPasses;
    for (let pass = 0; pass < passes; pass++) {
      globals.write('snapshot_result', { processes: 0n, inScope: 0n, wordsAdded: 0n });
      program.iterate();
      if ((globals.read('snapshot_result') as SnapshotResult).wordsAdded === 0n) return;
    }
  }

  /** Living processes that one of these scopes follows, of our pid namespace and those below it. */
  countFollowed(scopes: bigint): number {
    const program = this.object.program('on_iter_watched');
    const { globals } = this.object;
    globals.write('watched_scopes', scopes);
    globals.write('watched_living', 0n);
    program.iterate();
    return Number(globals.read('watched_living') as bigint);
  }

  /**
   * Has scopes follow a process and all that descends from it: the one that has this id now and started at that time,
   * no later one.
   */
  seed(tgid: number, seed: { readonly followed: bigint; readonly startTicks: bigint }): void {
    const { globals } = this.object;
    globals.write('seeds_waiting', (globals.read('seeds_waiting') as bigint) + 1n);
    typedMap(this.object.map('seeds'), maps.seeds).set(tgid, seed);
  }

  /** Whether a seed of this process waits: no program has met the process. */
  hasSeed(tgid: number): boolean {
    return typedMap(this.object.map('seeds'), maps.seeds).get(tgid) !== undefined;
  }

  /** Returns true if maps can be read, and iterators run, with the present rights. */
  isUsable(): boolean {
    const counters = this.object.map('event_counters');
    const key = new Uint8Array(counters.keySize);
    if (counters.lookup(key, new Uint8Array(counters.valueBytes)) !== 0) return false;
    try {
      this.countFollowed(0n);
      return true;
    } catch {
      return false;
    }
  }

  /** Idempotent. */
  close(): void {
    this.detach();
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) closer();
  }

  /** User space cannot see how deep its pid namespace lies: the iterator says so, which runs in our own task. */
  #findObserver(): void {
    this.countFollowed(0n);
    if ((this.object.globals.read('observer_level') as number) > 0) return;
    throw new SpoorError('UNSUPPORTED', 'The kernel does not tell the level of our pid namespace', {
      remedy: 'Run spoor in the initial pid namespace.',
    });
  }

  get #ringMaps(): readonly KernelMap[] {
    const names = ['lifecycle', 'activity'].filter((name) => this.object.maps.has(name));
    return names.map((name) => this.object.map(name));
  }

  #openRings(): RingMerge {
    const options = { longestRecord: longestRecord(this.configuration) };
    const readers = this.#ringMaps.map((map) => {
      const reader = openRing(map, options);
      this.#closers.push(() => reader.close());
      return reader;
    });
    return mergeRings(readers, { now: () => Number(bootTimeNs()) });
  }
}
