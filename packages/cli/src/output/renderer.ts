import type { EventLine, LineBuffer, MalformedLine, MarkerLine } from '@spoor/event';
import type { Style } from './style.js';

/** An event, live or replayed, or what stands between events, as its line of JSON output has it: all outputs are made from it. */
export type OutputLine = EventLine | MalformedLine | MarkerLine;

/** An event, or what stands between events, whose line is made when it is asked for. */
export interface Printable {
  readonly kind: string;
  /** Names of the scopes of the trace that matched, where it is an event. */
  readonly scopes?: readonly string[];
  toJSON(): OutputLine;
}

/** A format of the output: one file, a name in `formats.ts` and a line in `renderers.ts`. */
export interface Renderer {
  /** What comes before the first event. */
  begin(): string;
  /** Kinds that `event` is called with although they are not shown: it adds no text for them. */
  readonly alsoTakes?: readonly string[];
  /** Adds the text of one event, with its line end; nothing when it only counts. */
  event(event: Printable, out: LineBuffer): void;
  /** What comes after the last. */
  end(): string;
}

export interface RendererOptions {
  readonly style: Style;
  readonly unicode: boolean;
  /** Kinds that may come: columns are made to fit them. */
  readonly kinds: readonly string[];
  /** Since the first event, or the time of day. */
  readonly time: 'relative' | 'wall';
  /** True if scopes can hide exits: a process without an exit may have ended. Default: false. */
  readonly exitsUnseen?: boolean;
}
