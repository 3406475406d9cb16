import type { Launcher } from './launcher.js';
import { Sink } from './output/sink.js';
import { type Style, styleFor } from './output/style.js';

/** One of the standard streams. */
export interface Stream {
  readonly sink: Sink;
  readonly style: Style;
}

/** The streams of a subcommand. */
export interface Io {
  readonly out: Stream;
  readonly err: Stream;
  /** The native launcher that started `spoor`. */
  readonly launcher?: Launcher | undefined;
  /** True if notes are not printed. */
  readonly quiet?: boolean;
}

/**
 * Prints a note of `spoor` itself on standard error, unless `quiet` is set.
 * @param text escaped, if a part comes from outside
 */
export function note({ err, quiet }: Io, text: string): void {
  if (!quiet) err.sink.write(`${err.style.bold('spoor:')} ${text}\n`);
}

export function standardIo(launcher?: Launcher): Io {
  return { launcher, out: standardStream(1, 'standard output'), err: standardStream(2, 'standard error') };
}

/** The style is computed at the first write, because `node:tty` loads `node:net`, which is slow. */
function standardStream(fd: number, name: string): Stream {
  let style: Style | undefined;
  return {
    sink: new Sink(fd, name),
    get style() {
      style ??= styleFor(process.getBuiltinModule('node:tty').isatty(fd));
      return style;
    },
  };
}
