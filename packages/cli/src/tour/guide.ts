import { LineBuffer } from '@spoor/event';
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

/** What the tour shows of; with `open`, more than fits on a screen is left out. */
export const tourEvents = ['exec', 'open', 'connect', 'exit'] as const;

/** Opened by every program that starts, and of no interest twice. */
const usual = /^\/(usr\/)?lib|^\/etc\/(ld\.so|locale|ssl)|^\/(proc|sys|dev)\/|\/locale\//;

/** Says what is seen, in the order in which it is. */
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

  /** A heading, and what to look at below it. */
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
    if (line.event === 'open' && 'data' in line && usual.test(String(line.data['path']))) return;
    this.#shown++;
    this.#table.event(event, this.#lines);
    this.#stream.sink.added();
  }

  endTable(): void {
    this.#write(
      `(${countText(this.#shown)} of ${countText(this.#all)}: libraries and locales that were opened are left out)`,
    );
    this.#write('');
    this.say(
      'What this says',
      '  exec     a process runs another program: the file as the kernel found it, then the arguments.',
      '  open     a file was opened: the path as the kernel resolved it, and the descriptor, or why it could not be.',
      '  connect  a socket was connected: to an address and port, or to the path of a unix socket.',
      '  exit     a process has ended: how, and how long it lived.',
    );
  }

  tree(processes: ProcessTree): void {
    const { style, sink } = this.#stream;
    this.say(
      'The tree',
      'Who started whom, by identity and not by process id; sleep outlived the shell that started it.',
    );
    sink.write(`${drawTree(processes, { style, unicode: hasUnicode(), wait: this.#wait })}\n`);
  }

  statistics({ events, state, programs }: Statistics): void {
    const delivered = Object.values(events).reduce((sum, counters) => sum + counters.delivered, 0);
    const runs = programs.reduce((sum, program) => sum + program.runs, 0);
    const drops = dropsText(droppedOf(events));
    this.say(
      'The statistics',
      `  Events: ${countText(delivered)} delivered, ${drops === '' ? 'none dropped' : drops}.`,
      `  State: ${counted(state.lookups, 'process lookup')}, ${countText(state.misses)} of them misses.`,
      '         A miss is rebuilt in place and loses no event.',
      `  Programs in the kernel: ${programs.length}. They ran ${counted(runs, 'time')}, mostly to find that a call is another process's.`,
    );
  }

  farewell(): void {
    this.say(
      'Go on with',
      '  npm start -- trace -- npm ls              your own command, followed',
      '  npm start -- trace --format tree -- make  its tree of processes',
      '  npm start -- doctor                       what this machine can do',
      '  npm start -- --help                       everything else',
    );
  }

  #write(line: string): void {
    this.#stream.sink.write(`${line}\n`);
  }
}
