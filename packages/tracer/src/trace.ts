import {
  type BuiltInKernel,
  builtInKernel,
  defaultKinds,
  filterKinds,
  type KernelDefinition,
  sourcesOfFields,
} from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { KindOf } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import { hasProcfs } from '@spoor/object/system';
import { checkTraceOptions } from './check-options.js';
import { type FindCommandOptions, findCommand } from './command/find-command.js';
import type { SpawnOptions } from './command/held-command.js';
import { checkWorkingDirectory } from './command/start-errors.js';
import type { KernelOverrides, KernelSideOptions } from './kernel/kernel-options.js';
import { loadKernelSide } from './kernel/load-kernel-side.js';
import type { TraceOptions } from './options.js';
import { ProcessTree } from './processes/process-tree.js';
import {
  commandScope,
  filterKindsOf,
  hasConditions,
  machineScope,
  needsSnapshot,
  separateRoots,
  type TraceScopes,
} from './scopes/roots.js';
import type { Tracer } from './tracer.js';

/**
 * Starts a trace: loads the kernel side, attaches its hooks, and then starts the command, so that
 * no event of the command is missed. Needs root or CAP_BPF and CAP_PERFMON, Linux 5.10 with BTF,
 * and libbpf 1.0. After an error, nothing stays loaded, and the command has not run.
 *
 * @returns a running trace. Close it, or declare it with `await using`
 * @throws {SpoorError} UNKNOWN_OPTION, UNKNOWN_EVENT, INVALID_VALUE, MAP_SIZE or RING_SIZE for a
 *   wrong option
 * @throws {SpoorError} SCOPE_SYNTAX, UNKNOWN_FILTER or TOO_MANY_SCOPES for wrong scopes
 * @throws {SpoorError} COMMAND_NOT_FOUND or COMMAND_NOT_EXECUTABLE for a wrong command
 * @throws {SpoorError} WRONG_PHASE if the signal had aborted before the call
 * @throws {SpoorError} NO_PRIVILEGE, LOCKDOWN, BTF_MISSING, LIBBPF_MISSING, LIBBPF_TOO_OLD,
 *   UNSUPPORTED, LOAD_FAILED, VERIFIER_REJECTED or ATTACH_FAILED if this machine cannot trace
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['sh', '-c', 'true'], events: ['exec', 'exit'] });
 * for await (const event of tracer) console.log(JSON.stringify(event));
 * ```
 */
export function trace<
  const Kind extends KindOf<Kernel>,
  const Kernel extends KernelDefinition = BuiltInKernel,
>(options: TraceOptions<Kind, Kernel> = {}): Promise<Tracer<Kind, Kernel>> {
  return traceWithKernel(options, {});
}

/**
 * Starts a trace like `trace`, with changes to the kernel side. For experiments.
 *
 * @throws {SpoorError} OBJECT_INVALID or OBJECT_NO_BTF for a wrong object, MAP_SIZE for wrong
 *   entries, and the errors of `trace`
 *
 * @example
 * ```ts
 * await using tracer = await traceWithKernel({ command: ['ls'] }, { taskStorage: false });
 * ```
 */
export async function traceWithKernel<
  const Kind extends KindOf<Kernel>,
  const Kernel extends KernelDefinition = BuiltInKernel,
>(given: TraceOptions<Kind, Kernel>, overrides: KernelOverrides): Promise<Tracer<Kind, Kernel>> {
  // The types of extensions are those of the caller.
  const options = checkTraceOptions(given as TraceOptions);
  requireNotAborted(options.signal);
  requireProcfs();
  const processes = new ProcessTree(options.maxProcesses);
  const { command, spawn } = options;
  if (spawn?.cwd !== undefined) checkWorkingDirectory(spawn.cwd);
  if (command !== undefined && !('tgid' in command)) findCommand(command[0] ?? '', placesOf(spawn));
  const named = await scopesOf(options);
  const kinds = new Set<string>(options.events ?? [...defaultKinds, ...kindsOf(named.scopes)]);
  const scopes = command === undefined ? named.scopes : [commandScope, ...named.scopes];
  const kernel = {
    ...kernelOptions(options, new Set([...kinds, ...sourcesOf(scopes)]), scopes),
    ...overrides,
  };
  const { start, ...ready } = await loadAndPrepare(kernel, scopes, options);
  // The tracer hands out events of these kinds only.
  return (await start({ ...ready, options, named, kinds, processes })) as unknown as Tracer<Kind, Kernel>;
}

/** The kinds that scopes name. */
const kindsOf = (scopes: readonly Scope[]): string[] =>
  scopes.flatMap(({ events }) => events.map(({ event }) => event));

/** The kinds that conditions need. Their events are not handed out. */
const sourcesOf = (scopes: readonly Scope[]): string[] =>
  scopes
    .flatMap(({ events }) =>
      events.flatMap(({ event, where }) => where.map(({ field }) => `${event}.${field}`)),
    )
    .flatMap((field) => sourcesOfFields[field] ?? []);

function requireNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new SpoorError('WRONG_PHASE', 'trace(): the signal had aborted before the call', {
    remedy: 'Give a signal that has not aborted.',
    cause: signal.reason,
  });
}

/** Ids, start times and namespaces come from /proc. */
function requireProcfs(): void {
  if (process.platform !== 'linux' || hasProcfs()) return;
  throw new SpoorError('UNSUPPORTED', '/proc is not mounted, or does not show this process', {
    remedy: 'Mount it, in the process-id namespace of this process: mount -t proc proc /proc',
  });
}

function placesOf({ env = process.env, cwd }: SpawnOptions = {}): FindCommandOptions {
  return { path: (env === 'initial' ? process.env : env)['PATH'], cwd };
}

/** Reads the scopes before the load, which leaves out the code of unused filters. */
async function scopesOf({ command, scopes: given, kernel }: TraceOptions): Promise<TraceScopes> {
  if (given === undefined || given.length === 0) {
    return separateRoots(given === undefined && command === undefined ? [machineScope] : []);
  }
  if (given.some((scope) => typeof scope === 'string')) {
    const { readScopes } = await import('./start.js');
    return readScopes(given, kernel);
  }
  const { checkScope } = await import('@spoor/filter/kernel');
  return separateRoots(given.map((scope, index) => checkScope(scope, `scopes[${index}]`, kernel)));
}

/**
 * The object loads on another thread. Meanwhile this imports and prepares the rest of the trace.
 */
async function loadAndPrepare(kernel: KernelSideOptions, scopes: readonly Scope[], options: TraceOptions) {
  const [loading, preparing] = await Promise.allSettled([
    loadKernelSide(kernel),
    import('./start.js').then(({ start, prepare }) => ({ start, prepared: prepare(scopes, options) })),
  ]);
  if (loading.status === 'rejected') throw loading.reason;
  if (preparing.status === 'fulfilled') return { loaded: loading.value, ...preparing.value };
  loading.value.object.close();
  throw preparing.reason;
}

function kernelOptions(
  options: TraceOptions,
  events: ReadonlySet<string>,
  scopes: readonly Scope[],
): KernelSideOptions {
  const { maxLatencyMs, processMapSize, ringSizes, tuning = {} } = options;
  const { argvLimit, measurePrograms = false, replaceable = true, sleepsWhenIdle = false } = tuning;
  return {
    kernel: options.kernel ?? builtInKernel,
    argvLimit,
    environment: {
      ...(options.env && { env: options.env }),
      ...(options.envValues && { envValues: options.envValues }),
    },
    events,
    maxLatencyMs,
    sleepsWhenIdle,
    measurePrograms,
    fixed: !replaceable,
    needsSnapshot: replaceable || scopes.some(needsSnapshot),
    filterKinds: replaceable ? new Set(filterKinds) : filterKindsOf(scopes),
    conditions: replaceable || scopes.some(hasConditions),
    ...(processMapSize === undefined ? {} : { processMapSize }),
    ...(ringSizes?.lifecycle === undefined ? {} : { lifecycleRingSize: ringSizes.lifecycle }),
    ...(ringSizes?.activity === undefined ? {} : { activityRingSize: ringSizes.activity }),
  };
}
