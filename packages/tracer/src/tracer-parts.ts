import type { Event, EventDecoder, EventKind, MalformedEvent } from '@spoor/event';
import type { HeldCommand } from './gated-command.js';
import type { KernelSide } from './kernel-side.js';
import type { ProcessTree } from './process-tree.js';
import type { ScopesInForce } from './scopes.js';

/** An event of the kinds that a trace hands out, or a malformed record. */
export type TracedEvent<Kind extends EventKind = EventKind> = Event<Kind> | MalformedEvent;

export interface TracerParts {
  readonly kernel: KernelSide;
  readonly scopes: ScopesInForce;
  readonly command: HeldCommand | undefined;
  readonly until: 'all' | 'command';
  /** Kinds that are handed out. */
  readonly kinds: ReadonlySet<EventKind>;
  readonly processes: ProcessTree;
  /** The trace gives it its context. */
  readonly decoder: EventDecoder;
  readonly signal: AbortSignal | undefined;
}

export interface EachOptions {
  /**
   * For outputs that can be full: called after each turn of at most 5 ms of reading. The next turn
   * waits for the returned promise, which must not reject. Meanwhile events wait in the rings. The
   * end of the trace does not wait.
   */
  readonly pause?: () => Promise<void> | undefined;
}
