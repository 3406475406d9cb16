import { eventKinds } from '@spoor/bpf';
import type { EventKind } from '@spoor/event';
import type { Option } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import { readChoice, readCount, readDuration, readEvents, readSize } from '../args/values.js';
import { type OutputName, outputNames } from '../output/output-name.js';

/** The options on what is shown and how: those of `trace` and of `replay`. */
export const shownOptions: readonly Option[] = [
  {
    name: 'events',
    value: 'LIST',
    help: 'Only these events, with commas between: exec,connect. Execs that failed are exec-failed. Default: all; see spoor list events.',
  },
  {
    name: 'output',
    value: 'FORM',
    help: 'table (default): one line per event, as it happens. tree: the processes, at the end. json: one object per line.',
  },
  {
    name: 'out',
    value: 'FILE',
    help: 'Write to FILE, which only its owner may read; "-" is standard output.',
  },
  {
    name: 'time',
    value: 'CLOCK',
    help: 'What the table shows: relative, seconds since the first event (default); wall, the time of day.',
  },
];

export const traceOptions: readonly Option[] = [
  ...shownOptions,
  {
    name: 'scope',
    value: 'EXPR',
    multiple: true,
    help: 'Trace what matches, besides the command: "comm=node uid>=1000 follow". May be repeated; see spoor list filters.',
  },
  {
    name: 'policy',
    value: 'FILE',
    help: 'Also trace the scopes of this JSON policy file; see spoor explain --help.',
  },
  { name: 'record', value: 'FILE', help: 'Keep the records in FILE, for spoor replay.' },
  {
    name: 'user',
    value: 'NAME',
    help: 'Run the command as this user. Default: as you or, under sudo, as the person who called it; root has it run as root.',
  },
  {
    name: 'until',
    value: 'WHAT',
    help: 'all: the trace ends when the command and all its descendants have ended (default). command: it ends with the command.',
  },
  {
    name: 'duration',
    value: 'TIME',
    help: 'End the trace after 10s, 500ms, 5m, 1h. The command goes on, and the exit status is 0.',
  },
  {
    name: 'argv-limit',
    value: 'SIZE',
    help: 'Bytes of arguments to keep per exec, from 1K to 64K. Of longer ones the first and the last 512 are kept. Default: 4095.',
  },
  {
    name: 'map-entries',
    value: 'N',
    help: 'Entries of the process map. Default: by the machine. A small map costs time, never events.',
  },
  {
    name: 'ring-size',
    value: 'SIZE',
    help: 'Ring of all events but fork, exec and exit, a power of two. Default: 2M a CPU, from 4M to 64M.',
  },
  {
    name: 'lifecycle-ring-size',
    value: 'SIZE',
    help: 'Ring of fork, exec and exit. Default: 512K a CPU, from 1M to 16M.',
  },
  {
    name: 'keep-root',
    help: 'Keep root while tracing. Default: once the hooks are attached, spoor goes on as a user of its own, without any capability.',
  },
  { name: 'stats', help: 'Print counters to standard error when the trace ends.' },
  { name: 'stats-json', value: 'FILE', help: 'Write the counters to FILE, as JSON; "-" is standard output.' },
];

/** How events are to be shown. */
export interface ShownOptions<Kind extends string = string> {
  readonly events: readonly Kind[];
  readonly output: OutputName;
  readonly out: string | undefined;
  readonly time: 'relative' | 'wall';
}

/** `kinds`: those that there are, and those that are shown when none is asked for. */
export function readShown<Kind extends string>(
  args: Arguments,
  kinds: { readonly known: readonly Kind[]; readonly usual: readonly Kind[] },
): ShownOptions<Kind> {
  return {
    events: args.get('events', readEvents(kinds.known)) ?? kinds.usual,
    output: args.get('output', readChoice(outputNames)) ?? 'table',
    out: args.get('out'),
    time: args.get('time', readChoice(['relative', 'wall'])) ?? 'relative',
  };
}

export interface TraceSettings extends ShownOptions<EventKind> {
  readonly command: readonly string[] | undefined;
  /** Expressions. */
  readonly scopes: readonly string[];
  readonly policy: string | undefined;
  readonly record: string | undefined;
  readonly user: string | undefined;
  readonly until: 'all' | 'command' | undefined;
  readonly durationMs: number | undefined;
  readonly argvLimit: number | undefined;
  readonly processMapSize: number | undefined;
  readonly ringSizes: { readonly lifecycle?: number; readonly activity?: number };
  readonly keepRoot: boolean;
  readonly stats: boolean;
  readonly statsJson: string | undefined;
}

export function readTraceSettings(args: Arguments): TraceSettings {
  const activity = args.get('ring-size', readSize);
  const lifecycle = args.get('lifecycle-ring-size', readSize);
  return {
    ...readShown(args, { known: eventKinds, usual: eventKinds }),
    command: args.command,
    scopes: args.all('scope'),
    policy: args.get('policy'),
    record: args.get('record'),
    user: args.get('user'),
    until: args.get('until', readChoice(['all', 'command'])),
    durationMs: args.get('duration', readDuration),
    argvLimit: args.get('argv-limit', readSize),
    processMapSize: args.get('map-entries', readCount),
    ringSizes: {
      ...(activity === undefined ? {} : { activity }),
      ...(lifecycle === undefined ? {} : { lifecycle }),
    },
    keepRoot: args.has('keep-root'),
    stats: args.has('stats'),
    statsJson: args.get('stats-json'),
  };
}
