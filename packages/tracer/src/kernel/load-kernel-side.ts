import { eventKinds, events, filterKinds, leanFilters, lifecycleKinds, maps, objectPath } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import type { Layout } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import {
  features,
  type LoadedObject,
  type OpenedObject,
  openObject,
  type SystemInfo,
  systemInfo,
} from '@spoor/object';
import { RingWakeup } from '@spoor/object/system';
import { type Observer, observer } from '@spoor/proc';
import { defaultPace } from '@spoor/ring';
import { kernelTimeNs } from '../clock.js';
import { type EnvironmentNames, setEnvironmentNames } from './environment-names.js';
import { argumentsProgram, commitPrograms, eventPrograms, kindOfMap, withBegins } from './event-programs.js';
import { countProcesses, hasLayeredFiles, hasLegacyCgroups, ownMountNamespace } from './machine-facts.js';
import { oomCode } from './oom-code.js';
import {
  checkRingSize,
  committedEntries,
  defaultProcessMapSize,
  defaultRingSizes,
  keptRecords,
  quietRoom,
  ringUsers,
} from './sizing.js';

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

/** The object in the kernel, without attached hooks, and its configuration. */
export interface LoadedKernelSide {
  readonly object: LoadedObject;
  readonly configuration: KernelConfiguration;
}

/**
 * Limits of the bytes of arguments in an exec event. `usual` is ARGV_MAX of bpf/lib/scratch.h, the
 * room in a frame. `most` is one more than ARGV_LONG_MAX.
 */
export const argvLimits = { least: 1024, usual: 4095, most: 65_536 } as const;

/**
 * Opens, configures and loads the object. Starts the load on another thread before it returns its
 * promise, so that the caller can prepare other parts in the meantime.
 */
export async function loadKernelSide(given: KernelSideOptions): Promise<LoadedKernelSide> {
  const options = { ...given, events: withBegins(given.events) };
  try {
    return await loadOnce(options);
  } catch (error) {
    if (!isRefusal(error) || !hooksFunctions(options)) throw error;
    return loadOnce({ ...options, functionHooks: false });
  }
}

const hooksFunctions = (options: KernelSideOptions): boolean =>
  commitPrograms(options.events, options).hasFunctions || argumentsProgram(options).isFunction;

const isRefusal = (error: unknown): boolean =>
  error instanceof SpoorError && (error.code === 'VERIFIER_REJECTED' || error.code === 'LOAD_FAILED');

async function loadOnce(options: KernelSideOptions): Promise<LoadedKernelSide> {
  const machine = systemInfo();
  const withoutBpfLoop = !features.has('bpf_loop');
  const { missModeObject } = options;
  using opened = openObject(missModeObject ?? objectPath({ lean: isLean(options), withoutBpfLoop }));
  const configuration = configurationFor(options, opened, machine);
  configure(opened, configuration);
  const layouts = missModeObject === undefined ? expectedLayouts(opened) : {};
  const loading = opened.loadAsync();
  const mismatch = thrownBy(() => opened.assertLayouts(layouts));
  const object = await loading;
  if (mismatch === undefined) return { object, configuration };
  object.close();
  throw mismatch;
}

/** The event kinds of the lean object. They go into the lifecycle ring. */
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
  { possibleCpus, pageSize }: SystemInfo,
): KernelConfiguration {
  const loops = features.has('bpf_loop');
  const taskStorage = options.taskStorage ?? features.has('task_storage_tracing');
  const rings = defaultRingSizes(possibleCpus);
  const activity = checkRingSize('activity', options.activityRingSize ?? rings.activity, pageSize);
  return {
    options,
    pageSize,
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
      'exec arguments': argumentsProgram(options).hook,
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
  const { name: argumentsProgramName } = argumentsProgram(options);
  let enabledEvents = 0n;
  for (const [kind, { kind: number }] of Object.entries(events)) {
    if (options.events.has(kind)) enabledEvents |= 1n << BigInt(number);
  }
  opened
    .setConstant('enabled_events', enabledEvents)
    .setConstant('trace_start_ns', kernelTimeNs())
    .setConstant('observer_pidns', pidNamespace ?? 0)
    .setConstant('observer_boot_offset_ns', bootOffsetNs)
    .setConstant('use_task_storage', taskStorage)
    .setConstant('typed_task', features.has('task_storage_tracing'))
    .setConstant('use_task_regs', features.has('task_regs'))
    .setConstant('page_size', configuration.pageSize)
    .setConstant('own_mount_namespace', ownMountNamespace())
    .setConstant('legacy_cgroups', hasLegacyCgroups())
    .setConstant('has_layered_files', hasLayeredFiles())
    .setConstant('wake_reader', wakesReader)
    .setConstant('reader_sleeps', readerSleeps)
    .setConstant('filter_kinds_built', maskOfKinds(options))
    .setConstant('argv_limit', Math.min(argvLimit, argvLimits.most - 1))
    .resizeMap('proc_info', processMapSize)
    .resizeMap('lifecycle', ringSizes.lifecycle)
    .setConstant('copies_arguments', argumentsProgramName !== undefined)
    .enableMap('exec_arguments', argumentsProgramName !== undefined)
    .enableMap('task_words', taskStorage)
    .enableMap('long_records', argvLimit > argvLimits.usual)
    .resizeMap('long_records', possibleCpus)
    .enableMap('scripts', options.filterKinds.has('exe'))
    .enableProgram('on_iter_task', options.needsSnapshot);
  if (argumentsProgramName !== undefined) opened.enableProgram(argumentsProgramName);
  setEnvironmentNames(opened, options.environment);
  if (options.wordsEntries !== undefined) opened.resizeMap('task_words_hash', options.wordsEntries);
  // The lean object has lifecycle events only.
  const hasCalls = opened.maps.has('activity') && configureCalls(opened, configuration, enabledEvents);
  // The program of all system calls also reports failed execs.
  for (const name of eventPrograms(options.events).names)
    if (!(hasCalls && name === failedExecProgram)) opened.enableProgram(name);
}

const failedExecProgram = 'on_event_exec_failed';

/** Returns true if the program of all system calls is loaded. */
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
  const oom = options.events.has('signal') ? oomCode() : undefined;
  opened
    .enableMap('activity', ringSizes.activity > 0)
    .enableMap('ring_users', ringSizes.activity > 0)
    .setConstant('committed_events', commit.committed)
    .setConstant('oom_code_start', oom?.start ?? 0n)
    .setConstant('oom_code_end', oom?.end ?? 0n)
    .enableMap('committed', commit.committed !== 0n)
    .resizeMap('committed', committedEntries(possibleCpus))
    .enableMap('kept_records', options.events.has('connect') || names.includes('on_ring_complete'))
    .resizeMap('kept_records', keptRecords(options.events))
    .enableProgram('on_sys_exit', hasCalls);
  for (const [name, kind] of Object.entries(kindOfMap)) opened.enableMap(name, options.events.has(kind));
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

/** Returns a mask: a bit per filter kind, and all higher bits for conditions. */
function maskOfKinds({ filterKinds: names, conditions }: KernelSideOptions): bigint {
  let word = conditions ? BigInt.asUintN(64, -1n << BigInt(filterKinds.length)) : 0n;
  for (const name of names) word |= 1n << BigInt(filterKinds.indexOf(name));
  return word;
}

/** Returns the layout of each struct that the kernel and this process exchange. */
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
