import { type KernelDefinition, maps } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import type { EventCounters, SnapshotResult, StateStats } from '@spoor/bpf/structs';
import { SpoorError } from '@spoor/core';
import { type TypedMap, typedMap } from '@spoor/map';
import { type KernelMap, type Link, type LoadedObject, openRing } from '@spoor/object';
import { mergeRings, type PaceOptions, type RingMerge } from '@spoor/ring';
import { kernelTimeNs } from '../clock.js';
import { isCommitProgram } from './event-programs.js';
import { argvLimits, type KernelConfiguration } from './kernel-options.js';
import type { LoadedKernelSide } from './load-kernel-side.js';
import { readerPace } from './reader-pace.js';

/** Scope tables, and maps that decide what is collected, counted and followed. */
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
  'unkept_files',
] as const;

/** The most passes of a snapshot: more than a process tree is deep. A pass takes a millisecond. */
const maxPasses = 64;

/** Returns the bytes of the longest record. With a large `argvLimit`, execs are long records. */
const longestRecord = ({ options }: KernelConfiguration): number =>
  (options.argvLimit ?? 0) > argvLimits.usual
    ? maps.long_records.value.layout.size
    : maps.frames.value.layout.size;

/**
 * The loaded object with typed maps and mapped rings. Owns what was loaded. `close` releases the
 * links, the rings and the object, in this order.
 */
export class KernelSide {
  readonly object: LoadedObject;
  readonly configuration: KernelConfiguration;
  readonly rings: RingMerge;
  /** How the reader waits for the rings. */
  readonly pace: PaceOptions;
  readonly #links: Link[] = [];
  readonly #closers: (() => void)[] = [];
  #eventCounters: TypedMap<number, EventCounters[]> | undefined;
  #stateCounters: TypedMap<number, StateStats[]> | undefined;

  /** Closes the object if it throws. */
  constructor({ object, configuration }: LoadedKernelSide) {
    this.object = object;
    this.configuration = configuration;
    const { measurePrograms } = configuration.options;
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

  /** The objects, and what is in them. */
  get definition(): KernelDefinition {
    return this.configuration.options.kernel;
  }

  /** Returns true if the programs were loaded with the code of this filter kind. */
  hasFilter(kind: FilterKindName): boolean {
    return this.configuration.options.filterKinds.has(kind);
  }

  /** True if the programs were loaded with the code of conditions on event fields. */
  get hasConditions(): boolean {
    return this.configuration.options.conditions;
  }

  /** Attaches all hooks. Call it after the scopes are written: events begin at once. */
  attach(): void {
    for (const program of this.object.programs.values()) {
      if (!program.hooked) continue;
      try {
        this.#links.push(program.attach());
      } catch (error) {
        // Without a hook that proves facts, events are flagged.
        if (!isCommitProgram(program.name)) throw error;
      }
    }
    this.object.globals.write('attached_ns', kernelTimeNs());
  }

  /**
   * Freezes the maps that only programs write from now on. Otherwise a process with root rights
   * could blind the programs by one write. The process map stays writable, because programs
   * rebuild deleted entries.
   */
  freeze(): void {
    if (!this.configuration.options.fixed) return;
    for (const name of frozenMaps) this.object.maps.get(name)?.freeze();
  }

  /** Detaches the hooks. No event comes after this. The rings stay readable. */
  detach(): void {
    for (let link = this.#links.pop(); link !== undefined; link = this.#links.pop()) link.detach();
  }

  /**
   * Takes the snapshot: finds the processes alive, judges them by the scopes, and lets descendants
   * inherit. Passes over all tasks until a pass adds nothing. Does nothing if no scope needs it.
   */
  snapshot(): void {
    const program = this.object.programs.get('on_iter_task');
    if (program === undefined) return;
    const { globals } = this.object;
    // With a miss mode, follow is not kept in words, so no pass would be known to be the last.
    const passes = this.configuration.options.missModeObject === undefined ? maxPasses : 1;
    for (let pass = 0; pass < passes; pass++) {
      globals.write('snapshot_result', { processes: 0n, inScope: 0n, wordsAdded: 0n });
      program.iterate();
      if ((globals.read('snapshot_result') as SnapshotResult).wordsAdded === 0n) return;
    }
  }

  /**
   * Returns the number of living processes that one of these scopes follows, in our pid namespace
   * and those below it.
   */
  countFollowed(scopes: bigint): number {
    const program = this.object.program('on_iter_watched');
    const { globals } = this.object;
    globals.write('watched_scopes', scopes);
    globals.write('watched_living', 0n);
    program.iterate();
    return Number(globals.read('watched_living') as bigint);
  }

  /**
   * Lets scopes follow a process and its descendants. The start time identifies the process: a
   * later process with the same id is not followed.
   */
  seed(tgid: number, seed: { readonly followed: bigint; readonly startTicks: bigint }): void {
    const { globals } = this.object;
    globals.write('seeds_waiting', (globals.read('seeds_waiting') as bigint) + 1n);
    typedMap(this.object.map('seeds'), maps.seeds).set(tgid, seed);
  }

  /** Returns true if no program has met this process so far: its seed still waits. */
  hasSeed(tgid: number): boolean {
    return typedMap(this.object.map('seeds'), maps.seeds).get(tgid) !== undefined;
  }

  /** Returns true if this process has the rights to read maps and run iterators. */
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

  /** Detaches, and releases everything. Idempotent. */
  close(): void {
    this.detach();
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) closer();
  }

  /** Finds the depth of our pid namespace. Only an iterator, which runs in our task, can see it. */
  #findObserver(): void {
    this.countFollowed(0n);
    if ((this.object.globals.read('observer_level') as number) > 0) return;
    throw new SpoorError('UNSUPPORTED', 'The depth of the pid namespace of this process is unknown', {
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
    return mergeRings(readers, { now: () => Number(kernelTimeNs()) });
  }
}
