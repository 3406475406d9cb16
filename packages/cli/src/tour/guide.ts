import { type EventLine, LineBuffer } from '@spoor/event';
import type { ProcessTree, Statistics } from '@spoor/tracer';
import type { Stream } from '../io.js';
import { CommandWait } from '../output/command-wait.js';
import { dropsText } from '../output/drops.js';
import type { Printable } from '../output/renderer.js';
import { hasUnicode } from '../output/style.js';
import { tableRenderer } from '../output/table.js';
import { counted, countText } from '../output/text.js';
import { drawTree } from '../output/tree.js';
import { droppedOf } from '../trace/drop-watch.js';

/** The event kinds of the tour. With `open` the table needs a selection to fit on a screen. */
export const tourEvents = ['exec', 'open', 'connect', 'exit'] as const;

/** Paths that every program opens at its start. */
const usual = /^\/(usr\/)?lib|^\/etc\/(ld\.so|locale|ssl)|^\/(proc|sys|dev)\/|\/locale\//;

/** Explains the events of the tour, in their order. */
export class Guide {
  readonly #stream: Stream;
  readonly #table;
  readonly #lines = new LineBuffer();
  readonly #wait = new CommandWait();
  #shown = 0;
  #all = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.sink.through(this.#lines);
    this.#table = tableRenderer({
      style: stream.style,
      unicode: hasUnicode(),
      kinds: tourEvents,
      time: 'relative',
    });
  }

  /** Prints a heading and the lines below it. */
  say(heading: string, ...lines: readonly string[]): void {
    const { sink, style } = this.#stream;
    sink.write(`${style.bold(heading)}\n${lines.map((line) => `${line}\n`).join('')}\n`);
  }

  beginTable(): void {
    this.#stream.sink.write(this.#table.begin());
  }

  event(event: Printable): void {
    const line = event.toJSON();
    this.#all++;
    this.#wait.take(event);
    if (line.event === 'open' && usual.test((line as EventLine<'open'>).data.path)) return;
    this.#shown++;
    this.#table.event(event, this.#lines);
    this.#stream.sink.added();
  }

  endTable(): void {
    this.#write(
      `(${countText(this.#shown)} of ${countText(this.#all)}: opened libraries and locales are omitted)`,
    );
    this.#write('');
    this.say(
      'What the events mean',
      '  exec     a process executed a program: the file that the kernel found, then the arguments.',
      '  open     a file was opened, or the attempt failed: the resolved path, and the descriptor or the error.',
      '  connect  a socket was connected: the address and port, or the path of a unix socket.',
      '  exit     a process ended: its exit status and its lifetime.',
    );
  }

  tree(processes: ProcessTree): void {
    const { style, sink } = this.#stream;
    this.say('The tree', 'Each process is below its parent. sleep outlived the shell that started it.');
    sink.write(`${drawTree(processes, { style, unicode: hasUnicode(), wait: this.#wait })}\n`);
  }

  statistics({ events, state, programs }: Statistics): void {
    const delivered = Object.values(events).reduce((sum, counters) => sum + counters.delivered, 0);
    const runs = programs.reduce((sum, program) => sum + program.runs, 0);
    const drops = dropsText(droppedOf(events));
    this.say(
      'The counters',
      `  Events: ${countText(delivered)} delivered, ${drops === '' ? 'none dropped' : drops}.`,
      `  State: ${counted(state.lookups, 'process lookup')}, ${countText(state.misses)} misses.`,
      '         spoor rebuilds the state after a miss, and no event is lost.',
      `  Programs in the kernel: ${programs.length}. They ran ${counted(runs, 'time')}, mostly for calls of other processes.`,
    );
  }

  farewell(): void {
    this.say(
      'Next steps',
      '  npm start -- trace -- npm ls              trace your own command',
      '  npm start -- trace --format tree -- make  print its process tree',
      '  npm start -- doctor                       check what this machine supports',
      '  npm start -- --help                       list all commands',
    );
  }

  #write(line: string): void {
    this.#stream.sink.write(`${line}\n`);
  }
}
