import type { BuiltInKernel, KernelDefinition } from '@spoor/bpf';
import type { EventKind, EventOf, KindOf, MalformedEvent } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import type { HeldCommand, SpawnOptions } from './command/held-command.js';

/** Options of `trace`. Each of them may be left out. */
export interface TraceOptions<
  Kind extends KindOf<Kernel> = EventKind,
  Kernel extends KernelDefinition = BuiltInKernel,
> {
  /**
   * The kernel side: its objects, and the event kinds of extensions. `@spoor/build` makes one.
   * Default: `builtInKernel` of `@spoor/bpf`.
   */
  readonly kernel?: Kernel;
  /**
   * A command and its arguments. It starts when the trace begins, and the trace follows it and all
   * its descendants. There is no shell in between.
   */
  readonly command?: readonly string[] | HeldCommand;
  /** How the command is started. */
  readonly spawn?: SpawnOptions;
  /**
   * The tasks to trace besides the command: expressions (`comm=node uid>=1000 follow`), or scopes
   * of `@spoor/filter`. `Event.scopes` names the scopes that an event belongs to. The scope of the
   * command is called `command`, expressions without a name are called `scope`, `scope2`, ….
   * Default: the command alone; without a command the whole machine, as the scope `all`. An empty
   * array without a command traces nothing until `Tracer.setScopes`.
   */
  readonly scopes?: readonly (string | Scope)[];
  /**
   * The event kinds to hand out. Default: `defaultKinds` of `@spoor/bpf`, which are most of them,
   * and those that `scopes` name. The lifecycle events `fork`, `exec` and `exit` are collected in
   * any case, for `Tracer.processes`.
   */
  readonly events?: readonly Kind[];
  /**
   * Names of variables of the environment that `exec` events have, without their values:
   * `['GITHUB_*']`. A star stands for any end of a name. Together with `envValues`, at most 16
   * names of at most 31 bytes each. Needs Linux 5.17. Default: none.
   */
  readonly env?: readonly string[];
  /**
   * Names of variables that `exec` events have with their values: `['TRACEPARENT', 'npm_*']`. A
   * value can be a secret. Default: none.
   */
  readonly envValues?: readonly string[];
  /**
   * True if `exec` events have the SHA-256 of their binary. It is computed once per file, while
   * events are read. Events behind an `exec` wait for its hash. Reading the files takes rights.
   * The hash is `unknown` if the executed bytes cannot be proven, see `FileHashes`. Default: false.
   */
  readonly hash?: boolean;
  /**
   * Ends the trace when it aborts. If it aborts before the trace begins, the command never runs,
   * and `trace` resolves to a trace that has ended, without `Tracer.exit`. If it has aborted before
   * the call, `trace` loads nothing and rejects.
   */
  readonly signal?: AbortSignal;
  /**
   * Entries of the process map in the kernel. Default: by the number of CPUs and processes. The
   * kernel rebuilds a missing entry: a small map costs time, never events.
   */
  readonly processMapSize?: number;
  /**
   * The most processes that `Tracer.processes` keeps. Beyond it, the tree forgets processes that
   * have ended. With 0 it keeps none of those. Default: 16,384, which take 7 MB of heap.
   */
  readonly maxProcesses?: number;
  /**
   * Bytes of the two rings, powers of two. Default: by the number of CPUs. `lifecycle` is the ring
   * of `fork`, `exec` and `exit` events, `activity` that of all others.
   */
  readonly ringSizes?: { readonly lifecycle?: number; readonly activity?: number };
  /**
   * The most milliseconds that an event waits in a ring before it is handed out. A long wait costs
   * the traced processes less. Above 40, the kernel side also wakes the reader whenever another
   * eighth of a ring has filled. The wake-up occupies a thread of the Node.js thread pool; without
   * a free thread (UV_THREADPOOL_SIZE=1, SPOOR_FFI=node), 40 is the most. Default: 40, and 60
   * after an idle second.
   */
  readonly maxLatencyMs?: number;
  /** Rarely needed options. */
  readonly tuning?: TuningOptions;
}

/** Rarely needed options of a trace. */
export interface TuningOptions {
  /**
   * When a trace with a command ends by itself: `all` waits for the command and all its
   * descendants, `command` for the command only. Default: `all`.
   */
  readonly until?: 'all' | 'command';
  /**
   * True if `Tracer.setScopes` may use filters that the first scopes do not use. With false, the
   * programs are loaded without the code of other filters, which starts a trace faster, and the
   * maps that hold the scopes are frozen. Default: true.
   */
  readonly replaceable?: boolean;
  /**
   * True if the reader sleeps after an idle second until the next record wakes it. It then looks
   * at the rings once per second instead of every 60 ms. It occupies a thread of the Node.js
   * thread pool, as a `maxLatencyMs` above 40 does; without a free thread it does not sleep.
   * Default: false.
   */
  readonly sleepsWhenIdle?: boolean;
  /**
   * True if using an event after the callback of `Tracer.each` throws `VIEW_EXPIRED`. With false,
   * it reads another event. Default: true unless NODE_ENV is `production`.
   */
  readonly checkLifetime?: boolean;
  /**
   * True if the kernel counts and times the runs of the BPF programs, for `stats().programs`. This
   * costs 20 ns per run. Default: false.
   */
  readonly measurePrograms?: boolean;
  /**
   * The most bytes of arguments that an `exec` event has, from 1,024 to 65,536. Of longer
   * arguments, `argv` has the beginning and `argvTail` the last 512 bytes. Above the default, the
   * kernel uses 82 KB more memory per CPU. Default: 4,095.
   */
  readonly argvLimit?: number;
}

/** An event of the kinds that a trace hands out, or a malformed record. */
export type TracedEvent<
  Kind extends KindOf<Kernel> = EventKind,
  Kernel extends KernelDefinition = BuiltInKernel,
> = EventOf<Kernel, Kind> | MalformedEvent;

/** Options of `Tracer.each`. */
export interface EachOptions {
  /**
   * Called after each turn of at most 5 ms of reading, for an output that can be full. The next
   * turn waits for the returned promise. Events wait in the rings meanwhile. The end of the trace
   * does not wait. If `pause` throws or its promise rejects, the trace ends, and the promise of
   * `Tracer.each` rejects with the error.
   */
  readonly pause?: () => Promise<void> | undefined;
}
