import { readdirSync } from 'node:fs';
import {
  type EventCounters,
  events,
  type FilterKindName,
  filterKinds,
  maps,
  objectPath,
  objectPathWithoutBpfLoop,
  type SnapshotResult,
  type StateStats,
} from '@spoor/bpf';
import type { Layout } from '@spoor/btf';
import { type TypedMap, typedMap } from '@spoor/map';
import {
  bootTimeNs,
  describeMachine,
  features,
  type Link,
  type LoadedObject,
  mapRing,
  openObject,
  RingMerge,
  RingReader,
} from '@spoor/object';
import { eventPrograms } from './event-programs.js';
import { checkRingSize, defaultMapEntries, defaultRingSizes } from './sizing.js';

/** What a miss of the process map does. All but `recover` are there to show failures that other tracers have. */
export type MissMode = 'recover' | 'drop' | 'zero';

export interface KernelSideOptions {
  /** Kinds of activity to collect; lifecycle events are always collected. */
  readonly events: ReadonlySet<string>;
  readonly mapEntries?: number;
  /** Bytes: powers of two. */
  readonly lifecycleRingSize?: number;
  readonly activityRingSize?: number;
  readonly missMode?: MissMode;
  /** Forces the fallback where the kernel has task storage. */
  readonly taskStorage?: boolean;
  /** Entries of the hash that keeps words where there is no task storage. */
  readonly wordsEntries?: number;
  /** Kinds of filters that the programs are loaded with. */
  readonly filterKinds: ReadonlySet<FilterKindName>;
  /** Have the kernel count and time the runs of programs. */
  readonly measurePrograms: boolean;
  /** Whether a process that is alive already can be in a scope, now or after a replacement. */
  readonly needsSnapshot: boolean;
}

const missModes = { recover: 0, drop: 1, zero: 2 } as const satisfies Record<MissMode, number>;

/** Deeper than any tree of processes gets; a pass more costs a millisecond. */
const maxPasses = 64;

/** A record is built in a frame: none is longer. */
const longestRecord = maps.frames.value.layout.size;

/**
 * The loaded object with its maps typed and its rings mapped: all that the tracer knows of the kernel. Owns what it
 * loads; `close` lets go of it in the order links, rings, object.
 */
export class KernelSide {
  readonly mapEntries: number;
  readonly ringSizes: { readonly lifecycle: number; readonly activity: number };
  readonly taskStorage: boolean;
  readonly filterKinds: ReadonlySet<FilterKindName>;
  readonly object: LoadedObject;
  readonly rings: RingMerge;
  readonly eventCounters: TypedMap<number, EventCounters[]>;
  readonly stateCounters: TypedMap<number, StateStats[]>;
  /** Where the kernel lacks a feature that a program would use, what is used in its place. */
  readonly variants: Readonly<Record<string, string>>;
  readonly #links: Link[] = [];
  readonly #closers: (() => void)[] = [];
  /** In the modes that show old failures nothing outlives a pass by which its end could be told. */
  readonly #legacy: boolean;

  constructor(options: KernelSideOptions) {
    const machine = describeMachine();
    const loops = features.has('bpf_loop');
    using opened = openObject(loops ? objectPath : objectPathWithoutBpfLoop, { layouts: expectedLayouts() });
    this.taskStorage = options.taskStorage ?? features.has('task_storage_tracing');
    const own = eventPrograms(options.events);
    this.variants = {
      'process words': this.taskStorage ? 'task storage' : 'hash',
      'ancestors tell by': this.taskStorage || !loops ? 'words' : 'words or facts',
      'path walk': loops ? 'bpf_loop' : 'unrolled, 32 names',
      'system calls': 'tp_btf/sys_exit',
      snapshot: options.needsSnapshot ? 'iter/task' : 'none needed',
      ...own.hooks,
    };
    this.mapEntries =
      options.mapEntries ??
      defaultMapEntries(
        { possibleCpus: machine.possibleCpus, processes: countProcesses() },
        opened.maps.get('proc_info')!.valueSize,
      );
    const rings = defaultRingSizes(machine.possibleCpus);
    this.ringSizes = {
      lifecycle: checkRingSize('lifecycle', options.lifecycleRingSize ?? rings.lifecycle, machine.pageSize),
      activity: checkRingSize('activity', options.activityRingSize ?? rings.activity, machine.pageSize),
    };

    let enabledEvents = 0n;
    for (const [kind, { kind: number }] of Object.entries(events)) {
      if (options.events.has(kind)) enabledEvents |= 1n << BigInt(number);
    }
    const syscallEvents = opened.constant('syscall_events').value as bigint;
    opened
      .setConstant('enabled_events', enabledEvents)
      .setConstant('miss_mode', missModes[options.missMode ?? 'recover'])
      .setConstant('trace_start_ns', bootTimeNs())
      .setConstant('use_task_storage', this.taskStorage)
      .setConstant('typed_task', features.has('task_storage_tracing'))
      .setConstant('use_task_regs', features.has('task_regs'))
      .setConstant('filter_kinds_built', wordOfKinds(options.filterKinds))
      .resizeMap('proc_info', this.mapEntries)
      .resizeMap('lifecycle', this.ringSizes.lifecycle)
      .resizeMap('activity', this.ringSizes.activity)
      .enableMap('task_words', this.taskStorage)
      .enableProgram('on_iter_task', options.needsSnapshot)
      .enableProgram('on_sys_exit', (enabledEvents & syscallEvents) !== 0n);
    if (options.wordsEntries !== undefined) opened.resizeMap('task_words_hash', options.wordsEntries);
    for (const name of own.names) opened.enableProgram(name);
    this.filterKinds = options.filterKinds;
    this.#legacy = (options.missMode ?? 'recover') !== 'recover';

    try {
      this.object = opened.load();
      this.#closers.push(() => this.object.close());
      if (options.measurePrograms) {
        const measuring = this.object.enableStats();
        this.#closers.push(() => measuring[Symbol.dispose]());
      }
      this.rings = this.#mapRings();
      this.eventCounters = typedMap(this.object.map('event_counters'), {
        ...maps.event_counters,
        perCpu: true,
      });
      this.stateCounters = typedMap(this.object.map('state_counters'), {
        ...maps.state_counters,
        perCpu: true,
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Attaches every hook. Call after the scopes are written: events begin at once. */
  attach(): void {
    for (const program of this.object.programs.values()) {
      if (program.hooked) this.#links.push(program.attach());
    }
    this.object.globals.write('attached_ns', bootTimeNs());
  }

  /** Detaches the hooks: no event comes after this. The rings stay readable. */
  detach(): void {
    for (let link = this.#links.pop(); link !== undefined; link = this.#links.pop()) link.detach();
  }

  /**
   * Finds the processes alive: what the scopes say of each is kept, and those older than the trace take what their
   * parents have. Passes until one adds nothing; at most as many as a tree is deep. Nothing is done when no process
   * alive can be in a scope.
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

  /** Living processes that one of these scopes follows. */
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

  /** Idempotent. */
  close(): void {
    this.detach();
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) closer();
  }

  #mapRings(): RingMerge {
    const readers = (['lifecycle', 'activity'] as const).map((name) => {
      const memory = mapRing(this.object.map(name), { longestRecord });
      this.#closers.push(() => memory[Symbol.dispose]());
      return new RingReader(memory, { name });
    });
    return new RingMerge(readers);
  }
}

function wordOfKinds(names: Iterable<FilterKindName>): bigint {
  let word = 0n;
  for (const name of names) word |= 1n << BigInt(filterKinds.indexOf(name));
  return word;
}

/** Processes in /proc: a number to size maps by. */
function countProcesses(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
}

/** Every struct that crosses between the kernel and us. */
function expectedLayouts(): Readonly<Record<string, Layout>> {
  const layouts: Record<string, Layout> = {};
  const take = (shape: { readonly layout?: Layout }) => {
    const { layout } = shape;
    if (layout?.kind === 'struct') layouts[layout.name] = layout;
  };
  for (const { schema } of Object.values(events)) take(schema);
  for (const { value } of Object.values(maps)) take(value);
  return layouts;
}
