import { constants } from 'node:os';
import { escapeText } from '@spoor/core';
import type { ProcessTree, TracedProcess } from '@spoor/tracer';
import { CommandWait } from './command-wait.js';
import type { OutputLine, Renderer, RendererOptions } from './renderer.js';
import { commandLine } from './shell-words.js';
import type { Style } from './style.js';
import { countText, durationText, textField } from './text.js';

/**
 * The largest indentation in characters. Deeper levels are drawn straight down, because a chain of
 * forks can be long.
 */
const deepest = 120;

/** Draws the process tree when the trace ends. */
export function treeRenderer(
  { style, unicode, exitsUnseen = false }: RendererOptions,
  processes: () => ProcessTree,
): Renderer {
  let exitsLost = exitsUnseen;
  const wait = new CommandWait();
  return {
    alsoTakes: ['exec'],
    begin: () => '',
    event: (printable) => {
      wait.take(printable);
      if (printable.kind === 'drops' || printable.kind === 'gap')
        exitsLost ||= losesExits(printable.toJSON());
    },
    end: () => drawTree(processes(), { style, unicode, exitsLost, wait }),
  };
}

/** Returns true if a marker may hide exits: they were dropped, or the loss is unknown. */
function losesExits(line: OutputLine): boolean {
  return line.event === 'gap' || (line.event === 'drops' && line.drops['exit'] !== undefined);
}

interface Drawing {
  readonly style: Style;
  readonly unicode: boolean;
  /** Exits were lost, or are not in the trace, so a process without one may have ended. */
  readonly exitsLost?: boolean;
  /** The time that the command waited for the tracer; undefined if no process waited. */
  readonly wait?: CommandWait;
}

interface Drawn {
  readonly process: TracedProcess;
  /** The prefix of its own line, and of the lines of its children. */
  readonly branch: string;
  readonly indent: string;
}

/** Draws one line per process. Children are below their parents, in the order of their start. */
export function drawTree(
  processes: Pick<ProcessTree, 'roots' | 'forgotten'>,
  { style, unicode, exitsLost = false, wait = new CommandWait() }: Drawing,
): string {
  const [middle, last, bar] = unicode ? ['├─ ', '└─ ', '│  '] : ['|- ', '`- ', '|  '];
  const lines: string[] = [];
  // Uses a stack of its own: recursion over ten thousand forks would overflow the stack of V8.
  const stack: Drawn[] = processes.roots.map((process) => ({ process, branch: '', indent: '' })).reverse();
  for (let drawn = stack.pop(); drawn !== undefined; drawn = stack.pop()) {
    const { process, branch, indent } = drawn;
    lines.push(`${style.dim(branch)}${describe(process, { style, exitsLost, wait })}\n`);
    for (const [index, child] of [...process.children].reverse().entries()) {
      stack.push({
        process: child,
        branch: indent + (index === 0 ? last : middle),
        indent: indent.length >= deepest ? indent : indent + (index === 0 ? '   ' : bar),
      });
    }
  }
  const { forgotten } = processes;
  if (forgotten > 0) lines.push(style.dim(`(${countText(forgotten)} ended processes omitted)\n`));
  return lines.join('');
}

type Manner = Required<Pick<Drawing, 'style' | 'exitsLost' | 'wait'>>;

function describe(process: TracedProcess, manner: Manner): string {
  const { argv, argvRaw, argvTruncated, exe, tgid } = process;
  const { style } = manner;
  const program = textField({ ...process }, exe === '' ? 'comm' : 'exe');
  const name = argv.length > 0 ? commandLine(argv, argvRaw, argvTruncated) : program || '?';
  const forked = argv.length > 0 ? '' : style.dim(' (forked)');
  return [`${style.bold(name)}${forked}`, style.dim(`[${tgid}]`), ending(process, manner), counts(process)]
    .filter((part) => part !== '')
    .join('  ');
}

function ending(process: TracedProcess, { style, exitsLost, wait }: Manner): string {
  const { exit } = process;
  if (exit === undefined) return style.dim(exitsLost ? 'exit not seen' : 'still running');
  const took = durationText(wait.ranNs(process, exit.durationNs));
  if (exit.signal !== 0) return `${took}  ${style.bad(signalName(exit.signal))}`;
  const code = exit.code & 0xff;
  return `${took}  ${code === 0 ? 'exit 0' : style.bad(`exit ${code}`)}`;
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}

/** Formats how a process ended. */
function counts(process: TracedProcess): string {
  return [...process.counts]
    .filter(([kind]) => kind !== 'exit')
    .map(([kind, count]) => `${escapeText(kind)} ${countText(count)}`)
    .join(', ');
}
