import type { EventContext, EventDecoder } from '@spoor/event';
import { RingPoller, RingStream } from '@spoor/ring';
import { WallClock, wallClockOffsetNs } from './clock.js';
import type { KernelSide } from './kernel/kernel-side.js';
import type { EachOptions, TracedEvent } from './options.js';
import type { FileHashes } from './processes/file-hashes.js';
import { HashedStream } from './processes/hashed-stream.js';
import { HeldEvents } from './processes/held-events.js';
import type { ProcessTree } from './processes/process-tree.js';
import type { ScopesInForce } from './scopes/scopes-in-force.js';

export interface DeliveryParts {
  readonly kernel: KernelSide;
  readonly decoder: EventDecoder;
  readonly scopes: ScopesInForce;
  readonly processes: ProcessTree;
  /** The event kinds to hand out. */
  readonly kinds: ReadonlySet<string>;
  /** Hashes of executed files, if they are asked for. */
  readonly hashes: FileHashes | undefined;
  /** Called with the process id of each exit event, when the process tree has it. */
  readonly onExit: (tgid: number) => void;
}

export interface PollerOptions extends EachOptions {
  /** Called once. */
  readonly onError: (error: unknown) => void;
}

/** Reads the rings of a trace and hands out its events. Counts all events by kind. */
export class Delivery {
  readonly counts = new Map<string, number>();
  readonly #parts: DeliveryParts;
  readonly #wallClock = new WallClock();
  #held: HeldEvents | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.updateContext();
  }

  /** Reads events that own their memory. */
  source(): RingStream<TracedEvent> | HashedStream {
    const { kernel, decoder, hashes } = this.#parts;
    const stream = new RingStream<TracedEvent>(kernel.rings, {
      ...kernel.pace,
      beforeLook: this.#followWallClock,
      take: (data, offset, length) => this.#take(decoder.own(data, offset, length)),
    });
    return hashes === undefined ? stream : new HashedStream(stream, hashes);
  }

  /**
   * Reads borrowed events. After the first error of `handle` or `pause`, `onError` is called, and
   * later events are only counted.
   */
  poller(handle: (event: TracedEvent) => void, { onError, ...options }: PollerOptions): RingPoller {
    const { kernel, decoder, hashes } = this.#parts;
    let failed = false;
    const fail = (error: unknown) => {
      if (failed) return;
      failed = true;
      onError(error);
    };
    const handOut = (event: TracedEvent) => {
      if (failed) return;
      try {
        handle(event);
      } catch (error) {
        fail(error);
      }
    };
    this.#held = hashes && new HeldEvents(hashes, handOut);
    const handler = decoder.handler((borrowed) => {
      const event = this.#take(borrowed);
      if (event === undefined || failed) return;
      if (this.#held === undefined) handOut(event);
      else this.#held.take(event);
    });
    return new RingPoller(kernel.rings, handler, {
      ...kernel.pace,
      ...options,
      beforeLook: this.#followWallClock,
      onPauseError: fail,
    });
  }

  /** Resolves when no event waits to be handed out. */
  async drained(): Promise<void> {
    await this.#held?.drained();
  }

  /** Returns the event with the scopes that match, or undefined if it is not to be handed out. */
  #take(event: TracedEvent): TracedEvent | undefined {
    const { kind } = event;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (kind === 'malformed') return event;
    const { scopes, processes, kinds, onExit } = this.#parts;
    const judged = scopes.judged(event);
    processes.add(judged);
    if (kind === 'exit') onExit(judged.tgid);
    return kinds.has(kind) && (judged.matchedScopesLo | judged.matchedScopesHi) !== 0 ? judged : undefined;
  }

  /** Gives the decoder the scopes in force and the offset of the wall clock. */
  updateContext(): void {
    const { decoder, scopes } = this.#parts;
    const context: EventContext = {
      ...decoder.context,
      clockOffsetNs: wallClockOffsetNs(),
      scopeNames: scopes.names,
      replacedScopes: scopes.replaced,
    };
    decoder.context = context;
  }

  /** Updates the offset if the wall clock was set. Called before each look at the rings. */
  readonly #followWallClock = (): void => {
    const { decoder } = this.#parts;
    const clockOffsetNs = this.#wallClock.moved();
    if (clockOffsetNs !== undefined) decoder.context = { ...decoder.context, clockOffsetNs };
  };
}
