import {
  eventKinds,
  events,
  type FilterKindName,
  filterKinds,
  leanFilters,
  lifecycleKinds,
  maps,
  objectPath,
} from '@spoor/bpf';
import type { Layout } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import {
  bootTimeNs,
  describeMachine,
  features,
  type LoadedObject,
  type Machine,
  type OpenedObject,
  openObject,
  RingWakeup,
} from '@spoor/object';
import { type Observer, observer } from '@spoor/proc';
import { defaultPace } from '@spoor/ring';
import { commitPrograms, eventPrograms } from './event-programs.js';
import { countProcesses, hasLayeredFiles, hasLegacyCgroups, ownMountNamespace } from './machine-facts.js';
import {
  checkRingSize,
  committedEntries,
  defaultProcessMapSize,
  defaultRingSizes,
  quietRoom,
  ringUsers,
} from './sizing.js';

/** What a miss of the process map does. All but `recover` are there to show failures that other tracers have. */
export type MissMode = 'recover' | 'drop' | 'zero';

export interface KernelSideOptions {
  /** Kinds of activity to collect; lifecycle events are always collected. */
  readonly events: ReadonlySet<string>;
  readonly processMapSize?: number;
  /** Bytes: powers of two. */
  readonly lifecycleRingSize?: number;
  readonly activityRingSize?: number;
  /** Milliseconds that a record may wait in its ring; undefined: as readers of rings have it. */
  readonly maxLatencyMs: number | undefined;
  /** Whether the reader is to sleep while nothing comes. */
  readonly sleepsWhenIdle: boolean;
  /** Bytes of arguments that an exec is told with; undefined: `argvLimits.usual`. */
  readonly argvLimit: number | undefined;
  readonly missMode?: MissMode;
  /** False: no hooks on kernel functions, where the kernel refused them. */
  readonly functionHooks?: boolean;
  /** Forces the fallback where the kernel has task storage. */
  readonly taskStorage?: boolean;
  /** Entries of the hash that keeps words where there is no task storage. */
  readonly wordsEntries?: number;
  /** Kinds of filters that the programs are loaded with. */
  readonly filterKinds: ReadonlySet<FilterKindName>;
  /** Whether they are loaded with what judges conditions on fields of events. */
  readonly conditions: boolean;
  /** Have the kernel count and time the runs of programs. */
  readonly measurePrograms: boolean;
  /** True if the scopes never change, so that their tables can be frozen. */
  readonly fixed: boolean;
  /** Whether scopes, those that are or those of a replacement, ask what processes are alive already. */
  readonly needsSnapshot: boolean;
}

/** What was chosen for the machine, and for the trace. */
export interface KernelConfiguration {
  readonly options: KernelSideOptions;
  readonly processMapSize: number;
  readonly possibleCpus: number;
  /** Bytes; 0 where there is none. */
  readonly ringSizes: { readonly lifecycle: number; readonly activity: number };
  /** Whether the programs wake the reader when much waits in a ring. */
  readonly wakesReader: boolean;
  /** Whether they wake it when it sleeps. */
  readonly readerSleeps: boolean;
  readonly taskStorage: boolean;
  /** The namespaces that process ids and start times from user space are of. */
  readonly observer: Observer;
  /** Where the kernel lacks a feature that a program would use, what is used in its place. */
  readonly variants: Readonly<Record<string, string>>;
}

/** The object in the kernel, with nothing attached, and how it was configured. */
export interface LoadedKernelSide {
  readonly object: LoadedObject;
  readonly configuration: KernelConfiguration;
}

/**
 * Bytes of arguments that an exec can be told with. `usual` is ARGV_MAX of bpf/lib/scratch.h, what a frame has room for; `most`
 * is one more than ARGV_LONG_MAX.
 */
export const argvLimits = { least: 1024, usual: 4095, most: 65_536 } as const;

const missModes = { recover: 0, drop: 1, zero: 2 } as const satisfies Record<MissMode, number>;

/**
 * Opens the object, configures it, and loads it. The load is under way when this returns: what the caller does meanwhile, the
 * start of a trace does not wait for.
 */
export async function loadKernelSide(options: KernelSideOptions): Promise<LoadedKernelSide> {
  try {
    return await loadOnce(options);
  } catch (error) {
    if (!isRefusal(error) || !commitPrograms(options.events, options).hasFunctions) throw error;
    return loadOnce({ ...options, functionHooks: false });
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof SpoorError && (error.code === 'VERIFIER_REJECTED' || error.code === 'LOAD_FAILED');

async function loadOnce(options: KernelSideOptions): Promise<LoadedKernelSide> {
  const machine = describeMachine();
  const withoutBpfLoop = !features.has('bpf_loop');
  using opened = openObject(objectPath({ lean: isLean(options), withoutBpfLoop }));
  const configuration = configurationFor(options, opened, machine);
  configure(opened, configuration);
  const layouts = expectedLayouts(opened);
  const loading = opened.loadAsync();
  const mismatch = thrownBy(() => opened.assertLayouts(layouts));
  const object = await loading;
  if (mismatch === undefined) return { object, configuration };
  object.close();
  throw mismatch;
}

/** Kinds of events that the lean object has, and that go into the ring of lifecycle events. */
const leanKinds: readonly string[] = [...lifecycleKinds, 'exec-failed'];

function hasActivity({ events: kinds }: KernelSideOptions): boolean {
  return [...kinds].some((kind) => !leanKinds.includes(kind));
}

function isLean(options: KernelSideOptions): boolean {
  const filters: readonly FilterKindName[] = leanFilters;
  return !hasActivity(options) && [...options.filterKinds].every((kind) => filters.includes(kind));
}

function configurationFor(
  options: KernelSideOptions,
  opened: OpenedObject,
  { possibleCpus, pageSize }: Machine,
): KernelConfiguration {
  const loops = features.has('bpf_loop');
  const taskStorage = options.taskStorage ?? features.has('task_storage_tracing');
  const rings = defaultRingSizes(possibleCpus);
  const activity = checkRingSize('activity', options.activityRingSize ?? rings.activity, pageSize);
  return {
    options,
    observer: observer(),
    possibleCpus,
    readerSleeps: options.sleepsWhenIdle && RingWakeup.possible,
    wakesReader: (options.maxLatencyMs ?? 0) > defaultPace.delayMs && RingWakeup.possible,
    taskStorage,
    variants: {
      'process words': taskStorage ? 'task storage' : 'hash',
      'ancestors tell by': taskStorage || !loops ? 'words' : 'words or facts',
      'path walk': loops ? 'bpf_loop' : 'unrolled, 32 names',
      'system calls': 'tp_btf/sys_exit',
      'scope tables': options.fixed ? 'frozen' : 'replaceable',
      snapshot: options.needsSnapshot ? 'iter/task' : 'none needed',
      ...eventPrograms(options.events).hooks,
      ...commitPrograms(options.events, options).variants,
    },
    processMapSize:
      options.processMapSize ??
      defaultProcessMapSize(
        { possibleCpus, processes: countProcesses() },
        opened.maps.get('proc_info')!.valueSize,
      ),
    ringSizes: {
      lifecycle: checkRingSize('lifecycle', options.lifecycleRingSize ?? rings.lifecycle, pageSize),
      activity: hasActivity(options) ? activity : 0,
    },
  };
}

function configure(opened: OpenedObject, configuration: KernelConfiguration): void {
  const { options, processMapSize, possibleCpus, ringSizes, taskStorage, wakesReader, readerSleeps } =
    configuration;
  const { argvLimit = argvLimits.usual } = options;
  const { pidNamespace, bootOffsetNs } = configuration.observer;
  let enabledEvents = 0n;
  for (const [kind, { kind: number }] of Object.entries(events)) {
    if (options.events.has(kind)) enabledEvents |= 1n << BigInt(number);
  }
  opened
    .setConstant('enabled_events', enabledEvents)
    .setConstant('miss_mode', missModes[options.missMode ?? 'recover'])
    .setConstant('trace_start_ns', bootTimeNs())
    .setConstant('observer_pidns', pidNamespace ?? 0)
    .setConstant('observer_boot_offset_ns', bootOffsetNs)
    .setConstant('use_task_storage', taskStorage)
    .setConstant('typed_task', features.has('task_storage_tracing'))
    .setConstant('use_task_regs', features.has('task_regs'))
    .setConstant('own_mount_namespace', ownMountNamespace())
    .setConstant('legacy_cgroups', hasLegacyCgroups())
    .setConstant('has_layered_files', hasLayeredFiles())
    .setConstant('wake_reader', wakesReader)
    .setConstant('reader_sleeps', readerSleeps)
    .setConstant('filter_kinds_built', wordOfKinds(options))
    .setConstant('argv_limit', Math.min(argvLimit, argvLimits.most - 1))
    .resizeMap('proc_info', processMapSize)
    .resizeMap('lifecycle', ringSizes.lifecycle)
    .enableMap('task_words', taskStorage)
    .enableMap('long_records', argvLimit > argvLimits.usual)
    .resizeMap('long_records', possibleCpus)
    .enableMap('scripts', options.filterKinds.has('exe'))
    .enableProgram('on_iter_task', options.needsSnapshot);
  if (options.wordsEntries !== undefined) opened.resizeMap('task_words_hash', options.wordsEntries);
  // The lean object has no more than the lifecycle events.
  const hasCalls = opened.maps.has('activity') && configureCalls(opened, configuration, enabledEvents);
  // The program for all calls tells failed execs too.
  for (const name of eventPrograms(options.events).names)
    if (!(hasCalls && name === failedExecProgram)) opened.enableProgram(name);
}

const failedExecProgram = 'on_event_exec_failed';

/** Returns whether the program for all system calls is loaded. */
function configureCalls(
  opened: OpenedObject,
  { options, possibleCpus, ringSizes }: KernelConfiguration,
  enabledEvents: bigint,
): boolean {
  const { names } = eventPrograms(options.events);
  const callEvents = opened.constant('syscall_events').value as bigint;
  const ownProgram = 1n << BigInt(events['exec-failed'].kind);
  const hasCalls = (enabledEvents & callEvents & ~ownProgram) !== 0n;
  const commit = commitPrograms(options.events, options);
  opened
    .enableMap('activity', ringSizes.activity > 0)
    .enableMap('ring_users', ringSizes.activity > 0)
    .setConstant('committed_events', commit.committed)
    .enableMap('committed', commit.committed !== 0n)
    .resizeMap('committed', committedEntries(possibleCpus))
    .enableMap('peers', options.events.has('connect'))
    .enableMap('kept_records', options.events.has('connect') || names.includes('on_ring_complete'))
    .enableProgram('on_sys_exit', hasCalls);
  for (const name of commit.names) opened.enableProgram(name);
  if (ringSizes.activity > 0) {
    opened
      .resizeMap('activity', ringSizes.activity)
      .resizeMap('ring_users', ringUsers(possibleCpus))
      .setConstant('activity_size', BigInt(ringSizes.activity))
      .setConstant('quiet_room', BigInt(quietRoom(ringSizes.activity)));
  }
  return hasCalls;
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A bit per filter kind, and all bits behind them for the conditions. */
function wordOfKinds({ filterKinds: names, conditions }: KernelSideOptions): bigint {
  let word = conditions ? BigInt.asUintN(64, -1n << BigInt(filterKinds.length)) : 0n;
  for (const name of names) word |= 1n << BigInt(filterKinds.indexOf(name));
  return word;
}

/** Every struct of the object that crosses between the kernel and us. */
function expectedLayouts(opened: OpenedObject): Readonly<Record<string, Layout>> {
  const layouts: Record<string, Layout> = {};
  const take = (shape: { readonly layout?: Layout }) => {
    const { layout } = shape;
    if (layout?.kind === 'struct') layouts[layout.name] = layout;
  };
  const declared = opened.maps;
  for (const kind of declared.has('activity') ? eventKinds : lifecycleKinds) take(events[kind].schema);
  for (const [name, { value }] of Object.entries(maps)) if (declared.has(name)) take(value);
  return layouts;
}
