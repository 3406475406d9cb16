import { constants } from 'node:os';
import { escapeText } from '@spoor/core';
import type { ProcessTree, TracedProcess } from '@spoor/tracer';
import { CommandWait } from './command-wait.js';
import type { OutputLine, Renderer, RendererOptions } from './renderer.js';
import { commandLine } from './shell-words.js';
import type { Style } from './style.js';
import { countText, durationText, textField } from './text.js';

/** Characters of indentation beyond which the tree is drawn straight down: nobody can read on, and a chain of forks is long. */
const deepest = 120;

/** The process tree, drawn when all is over. */
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
  /** How long the command waited for the tracer; absent: no process waited. */
  readonly wait?: CommandWait;
}

interface Drawn {
  readonly process: TracedProcess;
  /** What stands before its own line, and before those of its children. */
  readonly branch: string;
  readonly indent: string;
}

/** A line a process, children below their parents in the order in which they came. */
export function drawTree(
  processes: Pick<ProcessTree, 'roots' | 'forgotten'>,
  { style, unicode, exitsLost = false, wait = new CommandWait() }: Drawing,
): string {
  const [middle, last, bar] = unicode ? ['├─ ', '└─ ', '│  '] : ['|- ', '`- ', '|  '];
  const lines: string[] = [];
  // A stack of our own: a chain of ten thousand forks must not use up the engine's.
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
  if (forgotten > 0) lines.push(style.dim(`(${countText(forgotten)} that had ended were left out)\n`));
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

/** Its end is told in words. */
function counts(process: TracedProcess): string {
  return [...process.counts]
    .filter(([kind]) => kind !== 'exit')
    .map(([kind, count]) => `${escapeText(kind)} ${countText(count)}`)
    .join(', ');
}
