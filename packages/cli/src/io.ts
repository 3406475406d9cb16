import type { Launcher } from './launcher.js';
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
  /** The native launcher that `spoor` was started by. */
  readonly launcher?: Launcher | undefined;
}

export function standardIo(launcher?: Launcher): Io {
  return { launcher, out: standardStream(1, 'standard output'), err: standardStream(2, 'standard error') };
}

/** Its style is asked for when there is something to write: `node:tty` brings `node:net` along, which delays a start. */
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
