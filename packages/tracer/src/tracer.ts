import type { ChildProcess } from 'node:child_process';
import type { BuiltInKernel, KernelDefinition } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { EventContext, EventKind, KindOf } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import type { LoadedObject } from '@spoor/object';
import { type Dropped, dropPrivileges } from '@spoor/object/system';
import { checkEachOptions, checkSignal } from './check-options.js';
import type { CommandExit, HeldCommand } from './command/held-command.js';
import { Delivery, type DeliveryParts } from './delivery.js';
import { EndWatch } from './end-watch.js';
import { Interference } from './kernel/interference.js';
import { eventStatistics, readStatistics, type Statistics, withDelivered } from './kernel/statistics.js';
import type { EachOptions, TracedEvent } from './options.js';
import type { ProcessTree } from './processes/process-tree.js';
import { commandScope, commandScopeName } from './scopes/roots.js';
import { readScopes } from './scopes/scopes-in-force.js';

export interface TracerParts extends Omit<DeliveryParts, 'onExit'> {
  readonly command: HeldCommand | undefined;
  readonly until: 'all' | 'command';
  readonly signal: AbortSignal | undefined;
}

/**
 * A running trace, made by `trace`. Read it once: by `for await`, or by `each`, which is faster.
 *
 * It ends when the command and all its descendants have ended, on `close()`, or when the signal of
 * its options aborts. Then it detaches the hooks, hands out the events that are in the rings, and
 * unloads the kernel side.
 *
 * Events that are not read wait in the rings. When a ring is full, the kernel side drops events and
 * counts them in `stats().events`. Traced processes never wait.
 */
export class Tracer<Kind extends KindOf<Kernel> = EventKind, Kernel extends KernelDefinition = BuiltInKernel>
  implements AsyncDisposable
{
  /** The processes in the trace. Grows as events are read, up to `TraceOptions.maxProcesses`. */
  readonly processes: ProcessTree;
  /**
   * Resolves when the process of the command has ended. Its descendants, and so the trace, may live
   * on. Undefined without a command, and if the signal aborted before the command could begin.
   */
  readonly exit: Promise<CommandExit> | undefined;
  readonly #parts: TracerParts;
  readonly #delivery: Delivery;
  readonly #endWatch: EndWatch;
  readonly #interference: Interference;
  /** Aborts at the end of `close`, when all events have been handed out. */
  readonly #ended = new AbortController();
  #closing = false;
  #reader: { close(): unknown } | undefined;
  /** Rejects the promise of `each`. */
  #rejectEach: ((error: unknown) => void) | undefined;
  #finalStatistics: Statistics | undefined;
  #commandUnseen = false;

  /** @internal Use `trace`. */
  constructor(parts: TracerParts) {
    const { kernel, scopes, command, until, signal } = parts;
    this.#parts = parts;
    this.processes = parts.processes;
    this.exit = signal?.aborted ? undefined : command?.exit;
    this.#interference = new Interference(parts);
    this.#endWatch = new EndWatch({
      countLiving: () => (until === 'command' ? 0 : kernel.countFollowed(scopes.maskOf(commandScopeName))),
      onEnd: (error) => this.#endByItself(error),
    });
    this.#delivery = new Delivery({ ...parts, onExit: (tgid) => this.#exited(tgid) });
    void this.exit?.then(() => this.#endWatch.setCommandEnded());
    if (signal?.aborted) this.close();
    else signal?.addEventListener('abort', () => this.close(), { once: true, signal: this.#ended.signal });
  }

  /** True until the trace ends: the hooks are attached. */
  get running(): boolean {
    return !this.#closing;
  }

  /** The child process that became the command, for its streams. Undefined without a command. */
  get child(): ChildProcess | undefined {
    return this.#parts.command?.child;
  }

  /** The process id of the command in our pid namespace. Undefined without a command. */
  get commandTgid(): number | undefined {
    return this.#parts.command?.tgid;
  }

  /** True if the trace has ended and no event came from the process of the command. */
  get commandUnseen(): boolean {
    return this.#commandUnseen;
  }

  /**
   * Signs that a process with root rights interfered with the trace, one sentence per sign. Empty
   * until the trace has been read to its end.
   */
  get interference(): readonly string[] {
    if (this.#finalStatistics === undefined) return [];
    const exitWasTraced = this.#endWatch.commandEndedInTrace && !this.#commandUnseen;
    return this.#interference.found(this.stats(), exitWasTraced);
  }

  /**
   * The loaded kernel side: maps, programs and run-time statistics, for measurements. The trace
   * owns it, and closes it when it ends.
   */
  get object(): LoadedObject {
    return this.#parts.kernel.object;
  }

  /**
   * Values that event lines need besides their records. A recording stores them, too. `setScopes`,
   * and a change of the wall clock, replace the object.
   */
  get context(): EventContext {
    return this.#parts.decoder.context;
  }

  /** Names of the scopes in force, by bit. */
  get scopeNames(): readonly (string | undefined)[] {
    return this.#parts.scopes.names;
  }

  /** True if this process resolves paths for the scopes, or hashes files, which takes rights. */
  get looksAtFiles(): boolean {
    return this.#parts.hashes !== undefined || this.#parts.scopes.looksAtFiles;
  }

  /**
   * Replaces all scopes except that of the command. The replacement is atomic: each event is
   * judged by the old scopes or by the new ones. A scope that keeps its name keeps the processes
   * that it follows. Events wait in the rings for some milliseconds. After an error, the old
   * scopes are in force.
   *
   * @param written - expressions, or scopes of `@spoor/filter`
   * @throws {SpoorError} WRONG_PHASE if the trace has ended, or if it was started with
   *   `tuning.replaceable: false` and lacks the code of a filter
   * @throws {SpoorError} SCOPE_SYNTAX, UNKNOWN_FILTER, UNKNOWN_EVENT, INVALID_VALUE,
   *   TOO_MANY_SCOPES
   *
   * @example
   * ```ts
   * await using tracer = await trace({ scopes: ['uid=1000'], events: ['exec'] });
   * tracer.setScopes(['comm=make follow', 'uid=1000']);
   * ```
   */
  setScopes(written: readonly (string | Scope)[]): void {
    if (!this.running) throw new SpoorError('WRONG_PHASE', 'The trace has ended');
    const { kernel, scopes, command } = this.#parts;
    const { scopes: wanted, roots, mentioned } = readScopes(written, kernel.definition);
    const all = command === undefined ? wanted : [commandScope, ...wanted];
    scopes.replace(scopes.compile(all), { roots, mentioned });
    kernel.snapshot();
    this.#delivery.updateContext();
  }

  /**
   * Sends a signal to the command. Returns false without a command, or if it has ended.
   *
   * @throws {SpoorError} INVALID_VALUE for an unknown signal
   */
  kill(signal: NodeJS.Signals): boolean {
    checkSignal(signal);
    return !this.#endWatch.commandEnded && (this.#parts.command?.kill(signal) ?? false);
  }

  /**
   * Gives up the rights of this whole process, which only the start of a trace needs. User and
   * group become `id`, and no capability is left. The trace continues. See `dropPrivileges` of
   * `@spoor/object`.
   *
   * @returns the rights that were kept: `bpf`, CAP_BPF, on kernels before 5.19
   * @throws {SpoorError} INVALID_VALUE for an id of root, or that is not one
   * @throws {SpoorError} NO_PRIVILEGE if the process has no CAP_SETUID, SYSCALL_FAILED
   */
  dropPrivileges(id: number): Dropped['kept'] {
    return dropPrivileges({ id, works: () => this.#parts.kernel.isUsable() }).kept;
  }

  /**
   * Iterates over the events in the order of their times. Each event owns its memory, and decodes a
   * field when it is read. Leaving the loop does not end the trace.
   *
   * @throws {SpoorError} WRONG_PHASE if the trace has ended or is being read
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<TracedEvent<Kind, Kernel>> {
    return this.#read(() => this.#delivery.source()) as AsyncIterableIterator<TracedEvent<Kind, Kernel>>;
  }

  /**
   * Calls `handle` with each event, in the order of their times. The event is borrowed: it is valid
   * during the call. `event.copy()` returns an event that owns its memory.
   *
   * @param handle - its first error ends the trace and rejects the promise. It is not called again
   * @returns resolves when the trace has ended and all events were handed out
   * @throws {SpoorError} WRONG_PHASE if the trace has ended or is being read; UNKNOWN_OPTION,
   *   INVALID_VALUE
   *
   * @example
   * ```ts
   * await using tracer = await trace({ command: ['true'], events: ['open'] });
   * const paths = new Set<string>();
   * await tracer.each((event) => {
   *   if (event.kind === 'open') paths.add(event.path);
   * });
   * console.log(paths.size);
   * ```
   */
  each(handle: (event: TracedEvent<Kind, Kernel>) => void, options: EachOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const onError = (error: unknown) => {
        reject(error);
        this.#endByItself();
      };
      const handleAny = handle as (event: TracedEvent) => void;
      this.#read(() => this.#delivery.poller(handleAny, { ...checkEachOptions(options), onError }));
      this.#rejectEach = reject;
      // A handler that closes the trace may still throw.
      this.#ended.signal.addEventListener('abort', () => void this.#delivery.drained().then(resolve), {
        once: true,
      });
    });
  }

  /** Returns all counters. After the end of the trace, these are the counters at its end. */
  stats(): Statistics {
    const { counts } = this.#delivery;
    if (this.#finalStatistics === undefined) return readStatistics(this.#parts.kernel, counts);
    return { ...this.#finalStatistics, events: withDelivered(this.#finalStatistics.events, counts) };
  }

  /** Returns `stats().events`. Much faster: `stats()` makes a system call per program. */
  eventStats(): Statistics['events'] {
    return this.#finalStatistics === undefined
      ? eventStatistics(this.#parts.kernel, this.#delivery.counts)
      : this.stats().events;
  }

  /**
   * Ends the trace: detaches the hooks, hands out the events that are in the rings, and unloads the
   * kernel side. The command continues. Does nothing if the trace has ended.
   */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    const { kernel, command } = this.#parts;
    try {
      this.#endWatch.close();
      kernel.detach();
      command?.abandon();
      this.#reader?.close();
      this.#finalStatistics = readStatistics(kernel, this.#delivery.counts);
      this.#interference.lookAtTables();
      this.#commandUnseen = command !== undefined && kernel.hasSeed(command.tgid);
      kernel.close();
    } catch (error) {
      this.#rejectEach?.(error);
      throw error;
    } finally {
      this.#ended.abort();
    }
  }

  /** Calls `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #read<Reader extends { close(): unknown }>(create: () => Reader): Reader {
    if (this.#reader !== undefined || !this.running) {
      const message = this.running ? 'The trace is already being read' : 'The trace has ended';
      throw new SpoorError('WRONG_PHASE', message, {
        remedy: 'Read a trace once, by for await or by each().',
      });
    }
    const reader = create();
    this.#reader = reader;
    this.#endWatch.setReading();
    return reader;
  }

  #exited(tgid: number): void {
    this.#interference.exited(tgid);
    if (this.processes.living === 0) this.#endWatch.check();
  }

  /** No caller waits for this: the reader gets an error. */
  #endByItself(error?: unknown): void {
    const reject = this.#rejectEach;
    if (error !== undefined) reject?.(error);
    try {
      this.close();
    } catch (cause) {
      if (reject === undefined) throw cause;
    }
    if (error !== undefined && reject === undefined) throw error;
  }
}
