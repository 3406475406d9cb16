import { isatty } from 'node:tty';
import { Sink } from './output/sink.js';
import { type Style, styleFor } from './output/style.js';

/** One of the standard streams. */
export interface Stream {
  readonly sink: Sink;
  readonly style: Style;
}

/** What a subcommand speaks through. */
export interface Io {
  readonly out: Stream;
  readonly err: Stream;
}

export function standardIo(): Io {
  return {
    out: { sink: new Sink(1, 'standard output'), style: styleFor(isatty(1)) },
    err: { sink: new Sink(2, 'standard error'), style: styleFor(isatty(2)) },
  };
}
