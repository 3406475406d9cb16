import { type BuiltInKernel, defaultKinds, eventGroups, eventKinds } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { EventKind } from '@spoor/event';
import type { Option } from '../args/option.js';
import type { Arguments } from '../args/parse.js';
import {
  type NamedKinds,
  readChoice,
  readCount,
  readDuration,
  readEvents,
  readNames,
  readPids,
  readSize,
} from '../args/values.js';
import { type Format, formats } from '../output/formats.js';

const eventsOption: Option = {
  name: 'events',
  short: 'e',
  value: 'LIST',
  help:
    'Show only these events, separated by commas: exec,connect. A failed exec is exec-failed. ' +
    `Groups of events: ${Object.keys(eventGroups).join(', ')}. ` +
    'all: every event. default: those that are shown without this option. See spoor list events.',
};

const formatOption: Option = {
  name: 'format',
  short: 'f',
  aliases: ['output'],
  value: 'FORMAT',
  help: 'table (default): one line per event. tree: the process tree, printed at the end. json: one JSON object per line.',
};

const outputFileOption: Option = {
  name: 'output-file',
  short: 'o',
  aliases: ['out'],
  value: 'FILE',
  help: 'Write events to FILE, which only its owner can read. "-" is standard output.',
};

const timeOption: Option = {
  name: 'time',
  value: 'CLOCK',
  help: 'Times in the table. relative (default): seconds since the first event. wall: the time of day.',
};

const quietOption: Option = {
  name: 'quiet',
  help: 'Print nothing of spoor itself on standard error, except errors.',
};

const machineOption: Option = {
  name: 'machine',
  help: 'Begin JSON lines with one about the machine and the trace: host, boot id, kernel, version, scopes, and the events that are traced and not traced.',
};

export const traceOptions: readonly Option[] = [
  eventsOption,
  formatOption,
  outputFileOption,
  timeOption,
  machineOption,
  {
    name: 'scope',
    value: 'EXPR',
    multiple: true,
    help: 'Also trace what matches EXPR: "comm=node uid>=1000 follow". May be repeated. See spoor list filters.',
  },
  {
    name: 'pid',
    short: 'p',
    value: 'PID',
    multiple: true,
    help: 'Also trace this process and its descendants, as --scope tree=PID does. May be repeated.',
  },
  {
    name: 'policy',
    value: 'FILE',
    help: 'Also trace the scopes defined in this JSON policy file. See spoor explain --help.',
  },
  { name: 'record', value: 'FILE', help: 'Record the events in FILE, for spoor replay.' },
  {
    name: 'env',
    value: 'NAMES',
    help: 'Show these variables of the environment of each exec, without their values: GITHUB_*,CI. Separated by commas. Not shown in the tree.',
  },
  {
    name: 'env-values',
    value: 'NAMES',
    help: 'Show these variables with their values, which can be secrets: TRACEPARENT,npm_*. Not shown in the tree.',
  },
  {
    name: 'hash',
    help: 'Add the SHA-256 of the binary to each exec, or "unknown" if it is in memory or was just changed. Shown in JSON only, and not recorded. Needs root for as long as the trace runs.',
  },
  {
    name: 'user',
    value: 'NAME',
    help: 'Run the command as this user. Default: the current user or, under sudo, the user who called sudo; --user root keeps root.',
  },
  {
    name: 'until',
    value: 'WHAT',
    help: 'all (default): the trace ends when the command and all its descendants have ended. command: it ends with the command.',
  },
  {
    name: 'duration',
    value: 'TIME',
    help: 'End the trace after this time: 10s, 500ms, 5m, 1h. The command continues, and the exit status is 0.',
  },
  { name: 'stats', help: 'Print counters to stderr when the trace ends.' },
  {
    name: 'stats-json',
    value: 'FILE',
    help: 'Write the counters to FILE as JSON. "-" is standard output.',
  },
  quietOption,
  {
    name: 'argv-limit',
    value: 'SIZE',
    advanced: true,
    help: 'Bytes of arguments to keep per exec, from 1K to 64K. Longer arguments keep their beginning and their last 512 bytes. Default: 4095.',
  },
  {
    name: 'kernel',
    value: 'FILE',
    advanced: true,
    help: 'Trace with a kernel side that npx @spoor/build wrote, dist/kernel.js. Its events can be named.',
  },
  {
    name: 'map-entries',
    value: 'N',
    advanced: true,
    help: 'Entries of the process map. A small map costs time, never events. Default: computed from the machine.',
  },
  {
    name: 'ring-size',
    value: 'SIZE',
    advanced: true,
    help: 'Size of the ring buffer for all events except fork, exec and exit, a power of two. Default: 2M per CPU, from 4M to 64M.',
  },
  {
    name: 'lifecycle-ring-size',
    value: 'SIZE',
    advanced: true,
    help: 'Size of the ring buffer for fork, exec and exit, a power of two. Default: 512K per CPU, from 1M to 16M.',
  },
  {
    name: 'keep-root',
    advanced: true,
    help: 'Keep root while tracing. By default spoor gives up root and all capabilities once its hooks are attached.',
  },
];

export const replayOptions: readonly Option[] = [
  eventsOption,
  formatOption,
  outputFileOption,
  timeOption,
  machineOption,
  {
    name: 'scope',
    value: 'EXPR',
    multiple: true,
    help: 'Show only what matches EXPR: "comm=node follow". May be repeated.',
  },
  {
    name: 'pid',
    short: 'p',
    value: 'PID',
    multiple: true,
    help: 'Show only this process and its descendants. May be repeated.',
  },
  {
    name: 'policy',
    value: 'FILE',
    help: 'Show only what the scopes of this JSON policy file match.',
  },
  {
    name: 'speed',
    value: 'SPEED',
    help: 'max (default): as fast as possible. 1x, 10x: that many times the original speed.',
  },
  quietOption,
];

/** How events are shown. */
export interface ShownOptions<Kind extends string = string> {
  readonly events: readonly Kind[];
  /** True if `events` are the default. */
  readonly eventsByDefault: boolean;
  readonly format: Format;
  readonly outputFile: string | undefined;
  readonly time: 'relative' | 'wall';
  /** True to begin with a line about the machine. */
  readonly machine: boolean;
  readonly quiet: boolean;
}

/**
 * Reads the options that `trace` and `replay` share.
 * @param kinds the known event kinds, and the ones that are shown without `--events`
 */
export function readShown<Kind extends string>(args: Arguments, kinds: NamedKinds<Kind>): ShownOptions<Kind> {
  const format = args.get('format', readChoice(formats)) ?? 'table';
  const machine = args.has('machine');
  if (machine && format !== 'json')
    throw new SpoorError('USAGE', '--machine has no effect without -f json', {
      remedy: 'Add -f json, or leave --machine out.',
    });
  return {
    events: args.get('events', readEvents(kinds, eventGroups)) ?? kinds.usual,
    eventsByDefault: !args.has('events'),
    format,
    outputFile: args.get('output-file'),
    time: args.get('time', readChoice(['relative', 'wall'])) ?? 'relative',
    machine,
    quiet: args.has('quiet'),
  };
}

/** Returns the expressions of `--scope` and `--pid`. */
export function readScopes(args: Arguments): readonly string[] {
  return [...args.all('scope'), ...args.all('pid').map((pids) => readPids(pids, '--pid'))];
}

export interface TraceSettings extends ShownOptions<EventKind> {
  /** Undefined for the built-in kernel side. */
  readonly kernel: BuiltInKernel | undefined;
  readonly kernelFile: string | undefined;
  readonly command: readonly string[] | undefined;
  /** Scope expressions. */
  readonly scopes: readonly string[];
  readonly policy: string | undefined;
  readonly record: string | undefined;
  readonly user: string | undefined;
  readonly until: 'all' | 'command' | undefined;
  readonly durationMs: number | undefined;
  /** True if execs have the hash of their binary. */
  readonly hash: boolean;
  readonly env: readonly string[] | undefined;
  readonly envValues: readonly string[] | undefined;
  readonly argvLimit: number | undefined;
  readonly processMapSize: number | undefined;
  readonly ringSizes: { readonly lifecycle?: number; readonly activity?: number };
  readonly keepRoot: boolean;
  readonly stats: boolean;
  readonly statsJson: string | undefined;
}

/**
 * @param kernel the kernel side of `--kernel`
 * @throws {SpoorError} USAGE when an option needs a command and there is none, and the errors of
 *   the values
 */
export function readTraceSettings(args: Arguments, kernel?: BuiltInKernel): TraceSettings {
  if (args.command === undefined) for (const name of ['user', 'until']) checkWithoutCommand(args, name);
  const activity = args.get('ring-size', readSize);
  const lifecycle = args.get('lifecycle-ring-size', readSize);
  return {
    ...readShown(args, {
      known: kernel === undefined ? eventKinds : (Object.keys(kernel.events) as EventKind[]),
      usual: defaultKinds,
    }),
    kernel,
    kernelFile: args.get('kernel'),
    command: args.command,
    scopes: readScopes(args),
    policy: args.get('policy'),
    record: args.get('record'),
    user: args.get('user'),
    until: args.get('until', readChoice(['all', 'command'])),
    durationMs: args.get('duration', readDuration),
    hash: args.has('hash'),
    env: args.get('env', readNames),
    envValues: args.get('env-values', readNames),
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

/** @throws {SpoorError} USAGE when an option is given that only acts on a command */
function checkWithoutCommand(args: Arguments, name: string): void {
  const value = args.get(name);
  if (value === undefined) return;
  throw new SpoorError('USAGE', `--${name} has no effect without a command`, {
    remedy: `Write the command after "--": spoor trace --${name} ${value} -- ls /`,
  });
}
