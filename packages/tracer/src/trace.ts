import { eventKinds, filterKinds } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { EventKind } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import { hasProcfs } from '@spoor/object';
import { checkTraceOptions } from './check-options.js';
import { findCommand } from './find-command.js';
import type { SpawnOptions } from './gated-command.js';
import {
  commandScope,
  commandScopeName,
  groundScopes,
  hasConditions,
  kindsOf,
  machineScope,
  type TraceScopes,
} from './grounded-scopes.js';
import { type KernelSideOptions, loadKernelSide } from './load-kernel-side.js';
import type { TraceOptions } from './options.js';
import { ProcessTree } from './process-tree.js';
import type { Tracer } from './tracer.js';

/**
 * Starts a trace: loads the kernel side, sets what is in scope, attaches, finds the processes alive where a scope asks what they
 * are, and lets the command begin. Nothing of the command can come before. Needs root or CAP_BPF + CAP_PERFMON, kernel 5.10 with BTF, and
 * libbpf 1.0.
 *
 * @throws SpoorError `UNKNOWN_OPTION`, `UNKNOWN_EVENT`, `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `SCOPE_SYNTAX`, `UNKNOWN_FILTER`,
 *   `INVALID_VALUE`, `TOO_MANY_SCOPES`, `MAP_SIZE`, `RING_SIZE`, `NO_PRIVILEGE`, `BTF_MISSING`, `LIBBPF_MISSING`,
 *   `LOAD_FAILED`, `ATTACH_FAILED`, …: nothing is left loaded then, and the command has not run
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['npm', 'ci'], events: ['exec', 'connect'] });
 * for await (const event of tracer) console.log(JSON.stringify(event));
 * ```
 */
export async function trace<const Kind extends EventKind = EventKind>(
  options: TraceOptions<Kind> = {},
): Promise<Tracer<Kind>> {
  checkTraceOptions(options);
  checkProcfs();
  const kinds = new Set<EventKind>(options.events ?? eventKinds);
  const processes = new ProcessTree(options.maxProcesses);
  const { command, spawn, signal, tuning = {} } = options;
  if (command !== undefined && !('tgid' in command)) findCommand(command[0] ?? '', pathOf(spawn));
  const written = await scopesOf(options);
  const scopes = command === undefined ? written.scopes : [commandScope, ...written.scopes];
  const { loaded, prepared, beginTrace } = await loadAndPrepare(
    kernelOptions(options, kinds, scopes),
    scopes,
    options,
  );
  const parts = { loaded, prepared, command, spawn, until: tuning.until, kinds, processes, signal };
  // The tracer hands out events of these kinds only.
  return (await beginTrace({ ...parts, processesNamed: written })) as Tracer<Kind>;
}

/** Ids, start times and namespaces come from there. */
function checkProcfs(): void {
  if (process.platform !== 'linux' || hasProcfs()) return;
  throw new SpoorError('UNSUPPORTED', '/proc is not mounted, or does not show this process', {
    remedy: 'Mount it, in the process-id namespace of this process: mount -t proc proc /proc',
  });
}

function pathOf({ env = process.env }: SpawnOptions = {}): string | undefined {
  return (env === 'initial' ? process.env : env)['PATH'];
}

/** What the caller wrote: asked for before the load, which leaves out the code of filters that are in no scope. */
async function scopesOf({ command, scopes: given }: TraceOptions): Promise<TraceScopes> {
  const written = given ?? (command === undefined ? [machineScope] : []);
  const scopes = written.filter((scope) => typeof scope !== 'string');
  if (scopes.length === written.length) return groundScopes(scopes);
  const { traceScopes } = await import('./running.js');
  return traceScopes(written);
}

/** Loading takes longest. Meanwhile the rest of what a trace takes is read and made ready, which takes half as long. */
async function loadAndPrepare(kernel: KernelSideOptions, scopes: readonly Scope[], options: TraceOptions) {
  const [loading, preparing] = await Promise.allSettled([loadKernelSide(kernel), prepare(scopes, options)]);
  if (loading.status === 'rejected') throw loading.reason;
  if (preparing.status === 'fulfilled') return { loaded: loading.value, ...preparing.value };
  loading.value.object.close();
  throw preparing.reason;
}

async function prepare(scopes: readonly Scope[], { tuning: { checkLifetime } = {} }: TraceOptions) {
  const { beginTrace, prepareTrace } = await import('./running.js');
  return { beginTrace, prepared: prepareTrace(scopes, checkLifetime === undefined ? {} : { checkLifetime }) };
}

function kernelOptions(
  options: TraceOptions,
  events: ReadonlySet<string>,
  scopes: readonly Scope[],
): KernelSideOptions {
  const { experiment, maxLatencyMs, processMapSize, ringSizes, tuning = {} } = options;
  const { argvLimit, measurePrograms = false, replaceable = true, sleepsWhenIdle = false } = tuning;
  return {
    ...experiment,
    argvLimit,
    events,
    maxLatencyMs,
    sleepsWhenIdle,
    measurePrograms,
    fixed: !replaceable,
    needsSnapshot: replaceable || experiment?.missMode !== undefined || scopes.some(concernsTheLiving),
    filterKinds: replaceable ? new Set(filterKinds) : kindsOf(scopes),
    conditions: replaceable || scopes.some(hasConditions),
    ...(processMapSize === undefined ? {} : { mapEntries: processMapSize }),
    ...(ringSizes?.lifecycle === undefined ? {} : { lifecycleRingSize: ringSizes.lifecycle }),
    ...(ringSizes?.activity === undefined ? {} : { activityRingSize: ringSizes.activity }),
  };
}

/**
 * Whether something has to be found out of a process alive before its first event. The command's own process has its scope from a
 * seed; a scope without filters takes whatever comes, and what an event says of its process is found at the first.
 */
function concernsTheLiving({ name, filters, follows }: Scope): boolean {
  return name !== commandScopeName && (follows || filters.length > 0);
}
