import type { EventLine, LineBuffer, MalformedLine, MarkerLine } from '@spoor/event';
import type { MachineLine } from './machine-line.js';
import type { Style } from './style.js';

/** The JSON line of an event or of a marker. All formats are made from it. */
export type OutputLine = EventLine | MalformedLine | MarkerLine;

/** An event or a marker whose line is made on demand. */
export interface Printable {
  readonly kind: string;
  /** The names of the scopes that matched, if it is an event. */
  readonly scopes?: readonly string[];
  toJSON(): OutputLine;
}

/** A format of the output: one file, a name in `formats.ts` and a line in `renderers.ts`. */
export interface Renderer {
  /** Returns the text before the first event. */
  begin(): string;
  /** Kinds that `event` needs although they are not shown. They add no text. */
  readonly alsoTakes?: readonly string[];
  /** Adds the text of one event and a newline, or nothing if the event is only counted. */
  event(event: Printable, out: LineBuffer): void;
  /** Returns the text after the last event. */
  end(): string;
}

export interface RendererOptions {
  readonly style: Style;
  readonly unicode: boolean;
  /** The kinds that can occur. They determine the width of the columns. */
  readonly kinds: readonly string[];
  /** Times since the first event, or of the day. */
  readonly time: 'relative' | 'wall';
  /** True if scopes can hide exits: a process without an exit may have ended. Default: false. */
  readonly exitsUnseen?: boolean;
  /** The line before the first event, if it is asked for: JSON only. */
  readonly machine?: MachineLine | undefined;
}
