import type { EventLine, LineBuffer, MalformedLine, MarkerLine } from '@spoor/event';
import type { Style } from './style.js';

/** An event, live or replayed, or what stands between events, as its line of JSON output has it: all outputs are made from it. */
export type OutputLine = EventLine | MalformedLine | MarkerLine;

/** An event, or what stands between events, whose line is made when it is asked for. */
export interface Printable {
  readonly kind: string;
  toJSON(): OutputLine;
}

/** A form of output: one file, a name in `output-name.ts`, one line in `renderers.ts`. */
export interface Renderer {
  /** What comes before the first event. */
  begin(): string;
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
}
