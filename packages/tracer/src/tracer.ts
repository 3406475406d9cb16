import { SpoorError } from '@spoor/core';
import type { EventContext, EventDecoder, EventKind } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import { RingPoller, RingSource } from '@spoor/ring';
import { checkEachOptions } from './check-options.js';
import { WallClock, wallClockOffsetNs } from './clock.js';
import type { CommandExit, HeldCommand } from './gated-command.js';
import { commandScope, commandScopeName } from './grounded-scopes.js';
import { Interference } from './interference.js';
import type { KernelSide } from './kernel-side.js';
import type { ProcessTree } from './process-tree.js';
import { type ScopesInForce, traceScopes } from './scopes.js';
import { eventStatistics, readStatistics, type Statistics, withDelivered } from './statistics.js';
import { TraceInKernel } from './trace-in-kernel.js';
import type { EachOptions, TracedEvent, TracerParts } from './tracer-parts.js';

/** How often the end of a followed tree is asked for once the command itself has ended, milliseconds. */
const endCheckMs = 100;

/**
 * A running trace. Read it one way, once: `for await` for comfort, `each` for speed. It ends when the followed command
 * and all that descends from it have ended, at `close()`, or when the signal aborts: the hooks are detached, what was
 * submitted before is still handed out, then the kernel side is unloaded.
 *
 * Back-pressure: what is not read waits in the rings; when one is full the kernel side drops events and counts them
 * (`stats().events`). The traced processes never wait.
 */
export class Tracer<Kind extends EventKind = EventKind> extends TraceInKernel implements AsyncDisposable {
  /** The processes seen so far, the last `maxProcesses` of them. Grows as events are read. */
  readonly processes: ProcessTree;
  /** How the command ended; undefined without one. Settles before the trace ends when descendants live on. */
  readonly exit: Promise<CommandExit> | undefined;
  readonly #kernel: KernelSide;
  readonly #command: HeldCommand | undefined;
  readonly #until: 'all' | 'command';
  readonly #scopes: ScopesInForce;
  readonly #kinds: ReadonlySet<EventKind>;
  readonly #decoder: EventDecoder;
  readonly #delivered = new Map<string, number>();
  readonly #ended = new AbortController();
  readonly #wallClock = new WallClock();
  #reader: { close(): unknown } | undefined;
  /** Rejects what `each` has returned. */
  #failed: ((error: unknown) => void) | undefined;
  #endCheck: NodeJS.Timeout | undefined;
  #finalStatistics: Statistics | undefined;
  #commandEnded = false;
  #commandUnseen = false;
  readonly #interference: Interference;

  /** @internal Use `trace`. */
  constructor(parts: TracerParts) {
    super(parts);
    this.#kernel = parts.kernel;
    this.#command = parts.command;
    this.#until = parts.until;
    this.#scopes = parts.scopes;
    this.#kinds = parts.kinds;
    this.processes = parts.processes;
    this.#decoder = parts.decoder;
    this.#decoder.context = this.#context();
    this.#interference = new Interference(parts);
    this.exit = parts.command?.exit;
    void this.exit?.then(() => {
      this.#commandEnded = true;
      this.#checkEnd();
    });
    if (parts.signal?.aborted) this.close();
    else
      parts.signal?.addEventListener('abort', () => this.close(), { once: true, signal: this.#ended.signal });
  }

  /** Whether the hooks are still attached. */
  get running(): boolean {
    return !this.#ended.signal.aborted;
  }

  /**
   * Whether no event was ever of the command's own process, so that nothing of it was followed. Known when the trace has
   * ended; false without a command.
   */
  get commandUnseen(): boolean {
    return this.#commandUnseen;
  }

  /**
   * Signs that a process with root's rights interfered, one sentence each. Known when the trace was
   * read to its end.
   */
  get interference(): readonly string[] {
    if (this.#finalStatistics === undefined) return [];
    return this.#interference.found(this.stats(), this.#commandEnded && !this.#commandUnseen);
  }

  /**
   * Replaces all scopes but the command's at one moment: each event is judged by the old ones or by the new. Whoever a
   * scope follows stays followed while its name stays. Processes alive are judged by the new ones at once. Takes some
   * milliseconds, in which events wait in the rings.
   *
   * @throws SpoorError as `trace` for scopes; `WRONG_PHASE` when the trace has ended or was started with
   *   `tuning.replaceable: false` and lacks a filter: the old scopes are still in force then
   */
  setScopes(written: readonly (string | Scope)[]): void {
    if (!this.running) throw new SpoorError('WRONG_PHASE', 'The trace has ended');
    const { scopes, roots, named } = traceScopes(written);
    const all = this.#command === undefined ? scopes : [commandScope, ...scopes];
    this.#scopes.replace(this.#scopes.compile(all), { roots, named });
    this.#kernel.snapshot();
    this.#decoder.context = this.#context();
  }

  /** Sends a signal to the command. False when there is none, or it has ended. */
  kill(signal: NodeJS.Signals): boolean {
    return !this.#commandEnded && (this.#command?.kill(signal) ?? false);
  }

  /**
   * Events with memory of their own, in the order of their times, decoded when a field is read.
   *
   * @throws SpoorError `WRONG_PHASE` when the trace is being read already
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<TracedEvent<Kind>> {
    const source = new RingSource<TracedEvent<Kind>>(this.#kernel.rings, {
      ...this.#kernel.pace,
      beforeLook: this.#followWallClock,
      take: (data, offset, length) => {
        const event = this.#judged(this.#decoder.own(data, offset, length));
        return this.#take(event) ? (event as TracedEvent<Kind>) : undefined;
      },
    });
    this.#read(source);
    return source;
  }

  /**
   * Calls `handle` with each event, lent for the time of the call. Resolves when the trace has ended and everything was
   * handed out. What `handle` throws stops the trace and rejects. `pause`: see `EachOptions`.
   *
   * @throws SpoorError `WRONG_PHASE` when the trace is being read already; `UNKNOWN_OPTION`, `INVALID_VALUE`
   */
  each(handle: (event: TracedEvent<Kind>) => void, options: EachOptions = {}): Promise<void> {
    checkEachOptions(options);
    return new Promise((resolve, reject) => {
      const handler = this.#decoder.handler((lent) => {
        const event = this.#judged(lent);
        if (!this.#take(event)) return;
        try {
          handle(event as TracedEvent<Kind>);
        } catch (error) {
          this.close();
          reject(error);
        }
      });
      const poller = new RingPoller(this.#kernel.rings, handler, {
        ...this.#kernel.pace,
        ...options,
        beforeLook: this.#followWallClock,
      });
      this.#read(poller);
      this.#failed = reject;
      this.#ended.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** All counters, as of now; after the end, as of the end. */
  stats(): Statistics {
    if (this.#finalStatistics === undefined) return readStatistics(this.#kernel, this.#delivered);
    return { ...this.#finalStatistics, events: withDelivered(this.#finalStatistics.events, this.#delivered) };
  }

  /** `stats().events` alone, for those who look again and again: the rest takes a system call for each program, and more. */
  eventStats(): Statistics['events'] {
    return this.#finalStatistics === undefined
      ? eventStatistics(this.#kernel, this.#delivered)
      : this.stats().events;
  }

  /**
   * Ends the trace now: detaches, hands out what was submitted, unloads. The command is not touched. Idempotent.
   */
  close(): void {
    if (!this.running) return;
    clearTimeout(this.#endCheck);
    this.#kernel.detach();
    this.#command?.abandon();
    const close = () => {
      this.#reader?.close();
      this.#finalStatistics = readStatistics(this.#kernel, this.#delivered);
      this.#interference.lookAtTables();
      this.#commandUnseen = this.#command !== undefined && this.#kernel.hasSeed(this.#command.tgid);
      this.#kernel.close();
    };
    try {
      close();
    } catch (error) {
      this.#failed?.(error);
      throw error;
    } finally {
      this.#ended.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #read(reader: { close(): unknown }): void {
    if (this.#reader !== undefined || !this.running) {
      throw new SpoorError(
        'WRONG_PHASE',
        this.running ? 'The trace is being read already' : 'The trace has ended',
        { remedy: 'Read a trace once, by for await or by each().' },
      );
    }
    this.#reader = reader;
    // Unread, it did not end by itself.
    if (this.#commandEnded) this.#checkEnd();
  }

  #judged(event: TracedEvent): TracedEvent {
    return event.kind === 'malformed' ? event : this.#scopes.judged(event);
  }

  /** Takes an event in; false when it is not one that the reader asked for. */
  #take(event: TracedEvent): boolean {
    this.#delivered.set(event.kind, (this.#delivered.get(event.kind) ?? 0) + 1);
    if (event.kind === 'malformed') return true;
    this.processes.add(event);
    if (event.kind === 'exit') this.#interference.exited(event.tgid);
    if (event.kind === 'exit' && this.#commandEnded && this.processes.living === 0) this.#checkEnd();
    return this.#kinds.has(event.kind) && (event.matchedScopesLo | event.matchedScopesHi) !== 0;
  }

  #context(): EventContext {
    return {
      clockOffsetNs: wallClockOffsetNs(),
      scopeNames: this.#scopes.names,
      replacedScopes: this.#scopes.replaced,
    };
  }

  readonly #followWallClock = (): void => {
    const clockOffsetNs = this.#wallClock.moved();
    if (clockOffsetNs !== undefined) this.#decoder.context = { ...this.#decoder.context, clockOffsetNs };
  };

  /** Asks the kernel whether a process of the tree lives: events can be late, and can be dropped. */
  #checkEnd(): void {
    clearTimeout(this.#endCheck);
    // The events of a command that is over in a moment wait for the reader.
    if (!this.running || this.#reader === undefined) return;
    try {
      const living =
        this.#until === 'command' ? 0 : this.#kernel.countFollowed(this.#scopes.wordOf(commandScopeName));
      if (living === 0) setImmediate(() => this.#endByItself());
      else this.#endCheck = setTimeout(() => this.#checkEnd(), endCheckMs);
    } catch (error) {
      this.#endByItself(error);
    }
  }

  /** No caller waits for this: an error is reported to the reader. */
  #endByItself(error?: unknown): void {
    const failed = this.#failed;
    if (error !== undefined) failed?.(error);
    try {
      this.close();
    } catch (cause) {
      if (failed === undefined) throw cause;
    }
    if (error !== undefined && failed === undefined) throw error;
  }
}
