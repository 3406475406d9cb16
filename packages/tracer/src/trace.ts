import { eventKinds, filterKinds } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { Scope } from '@spoor/filter';
import { hasProcfs } from '@spoor/object';
import { checkTraceOptions } from './check-options.js';
import { findCommand } from './find-command.js';
import type { CommandOptions, HeldCommand } from './gated-command.js';
import {
  commandScope,
  commandScopeName,
  groundScopes,
  hasConditions,
  kindsOf,
  type TraceScopes,
} from './grounded-scopes.js';
import { type KernelSideOptions, loadKernelSide } from './load-kernel-side.js';
import { ProcessTree } from './process-tree.js';
import type { Tracer } from './tracer.js';

export interface TraceOptions {
  /** A command and its arguments, started when the trace begins and followed with all that descends from it. */
  readonly command?: readonly string[] | HeldCommand;
  /** How the command is started. Without a shell: what it inherits is what `child_process.spawn` passes on. */
  readonly spawn?: CommandOptions;
  /**
   * When a trace with a command ends by itself: `all`, when the command and its descendants have ended (default), or `command`,
   * when the command has.
   */
  readonly until?: 'all' | 'command';
  /**
   * What else is traced: expressions (`comm=node uid>=1000 follow`) or scopes of `@spoor/filter`. Each event says which
   * of them it belongs to; the command's own is called `command`. Without a command and without scopes nothing is.
   */
  readonly scopes?: readonly (string | Scope)[];
  /** Kinds of events to hand out. Default: all. Lifecycle events are collected all the same. */
  readonly events?: readonly string[];
  /** Ends the trace. Aborted while it starts, the command never runs, and the trace that is returned has ended. */
  readonly signal?: AbortSignal;
  /**
   * Bytes of arguments that an exec event has at most, from 1,024 to 65,536. Of longer ones it has the beginning in `argv` and
   * the last 512 bytes in `argvTail`. Default: 4,095. Above that each CPU takes 82 KB more of the kernel's memory.
   */
  readonly argvLimit?: number;
  /**
   * Whether `replaceScopes` may bring filters that the first scopes do not use. Default: true. With false the code of
   * other filters is left out at load, which makes for a quicker start.
   */
  readonly replaceable?: boolean;
  /** Entries of the process map. Default: by the machine, see `defaultMapEntries`. A miss costs time, no event. */
  readonly mapEntries?: number;
  /**
   * Processes in `Tracer.processes` from which on those that have ended are forgotten; 0 keeps none of them. Default:
   * 16,384, some 7 MB of heap.
   */
  readonly rememberedProcesses?: number;
  /** Bytes, powers of two. Default: by the machine, see `defaultRingSizes`. */
  readonly ringSizes?: { readonly lifecycle?: number; readonly activity?: number };
  /**
   * How long an event may wait in the rings until it is handed out, milliseconds. To look seldom costs the traced program less. Above
   * 40 the kernel side wakes the reader whenever one more eighth of a ring has filled, so that a storm waits for no timer; this takes
   * up a thread of Node's pool, and where there is none for it (UV_THREADPOOL_SIZE=1, SPOOR_FFI=node) 40 is the most. Default: 40, and
   * 60 once nothing has come for a second.
   */
  readonly latencyMs?: number;
  /**
   * Whether the reader sleeps once nothing has come for a second, until the next record wakes it: no CPU time goes into looks at
   * an idle machine's rings but one a second, and that record waits for none. This takes up a thread of Node's pool, as above, and
   * where there is none the reader looks by time. Default: false.
   */
  readonly sleepsWhenIdle?: boolean;
  /**
   * Whether an event that `Tracer.each` has lent is unusable after the call, so that one kept by mistake is `VIEW_EXPIRED` and
   * not another event. Default: unless NODE_ENV is `production`.
   */
  readonly checkLifetime?: boolean;
  /** Have the kernel count and time the runs of BPF programs, for `stats().programs`: some 20 ns a run. Default: false. */
  readonly measurePrograms?: boolean;
  /** For experiments: how the kernel side is to behave. */
  readonly experiment?: Pick<KernelSideOptions, 'missMode' | 'taskStorage' | 'wordsEntries'>;
}

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
export async function trace(options: TraceOptions = {}): Promise<Tracer> {
  checkTraceOptions(options);
  checkProcfs();
  const kinds = new Set<string>(options.events ?? eventKinds);
  const processes = new ProcessTree(options.rememberedProcesses);
  const { command, spawn, signal, until } = options;
  if (command !== undefined && !('tgid' in command)) findCommand(command[0] ?? '', pathOf(spawn));
  const written = await scopesOf(options);
  const scopes = command === undefined ? written.scopes : [commandScope, ...written.scopes];
  const { loaded, prepared, beginTrace } = await loadAndPrepare(
    kernelOptions(options, kinds, scopes),
    scopes,
    options,
  );
  const parts = { loaded, prepared, command, spawn, until, kinds, processes, signal };
  return beginTrace({ ...parts, processesNamed: written });
}

/** Ids, start times and namespaces come from there. */
function checkProcfs(): void {
  if (process.platform !== 'linux' || hasProcfs()) return;
  throw new SpoorError('UNSUPPORTED', '/proc is not mounted, or does not show this process', {
    remedy: 'Mount it, in the process-id namespace of this process: mount -t proc proc /proc',
  });
}

function pathOf({ env = process.env }: CommandOptions = {}): string | undefined {
  return (env === 'initial' ? process.env : env)['PATH'];
}

/** What the caller wrote: asked for before the load, which leaves out the code of filters that are in no scope. */
async function scopesOf({ scopes: written = [] }: TraceOptions): Promise<TraceScopes> {
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

async function prepare(scopes: readonly Scope[], { checkLifetime }: TraceOptions) {
  const { beginTrace, prepareTrace } = await import('./running.js');
  return { beginTrace, prepared: prepareTrace(scopes, checkLifetime === undefined ? {} : { checkLifetime }) };
}

function kernelOptions(
  options: TraceOptions,
  events: ReadonlySet<string>,
  scopes: readonly Scope[],
): KernelSideOptions {
  const {
    argvLimit,
    experiment,
    latencyMs,
    mapEntries,
    measurePrograms,
    replaceable,
    ringSizes,
    sleepsWhenIdle,
  } = options;
  return {
    ...experiment,
    argvLimit,
    events,
    latencyMs,
    sleepsWhenIdle: sleepsWhenIdle ?? false,
    measurePrograms: measurePrograms ?? false,
    fixed: !(replaceable ?? true),
    needsSnapshot:
      (replaceable ?? true) || experiment?.missMode !== undefined || scopes.some(concernsTheLiving),
    filterKinds: (replaceable ?? true) ? new Set(filterKinds) : kindsOf(scopes),
    conditions: (replaceable ?? true) || scopes.some(hasConditions),
    ...(mapEntries === undefined ? {} : { mapEntries }),
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
