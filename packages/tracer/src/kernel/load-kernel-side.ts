import { type KernelDefinition, leanFilters, lifecycleKinds } from '@spoor/bpf';
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
import { observer } from '@spoor/proc';
import { defaultPace } from '@spoor/ring';
import { configure } from './configure.js';
import { argumentsProgram, commitPrograms, eventPrograms, withBegins } from './event-programs.js';
import type { KernelConfiguration, KernelSideOptions } from './kernel-options.js';
import { countProcesses } from './machine-facts.js';
import { checkRingSize, defaultProcessMapSize, defaultRingSizes } from './sizing.js';

/** The object in the kernel, without attached hooks, and its configuration. */
export interface LoadedKernelSide {
  readonly object: LoadedObject;
  readonly configuration: KernelConfiguration;
}

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
  const { missModeObject, kernel } = options;
  using opened = openObject(missModeObject ?? kernel.objectPath({ lean: isLean(options), withoutBpfLoop }));
  const configuration = configurationFor(options, opened, machine);
  configure(opened, configuration);
  const layouts = missModeObject === undefined ? expectedLayouts(opened, kernel) : {};
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
      ...eventPrograms(options.events, options.kernel).hooks,
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

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Returns the layout of each struct that the kernel and this process exchange. */
function expectedLayouts(
  opened: OpenedObject,
  { events, maps }: KernelDefinition,
): Readonly<Record<string, Layout>> {
  const layouts: Record<string, Layout> = {};
  const take = (shape: { readonly layout?: Layout }) => {
    const { layout } = shape;
    if (layout?.kind === 'struct') layouts[layout.name] = layout;
  };
  const declared = opened.maps;
  for (const kind of declared.has('activity') ? Object.keys(events) : lifecycleKinds)
    take(events[kind]!.schema);
  for (const [name, { value }] of Object.entries(maps)) if (declared.has(name)) take(value);
  return layouts;
}
