import { join } from 'node:path';
import {
  type Buffering,
  bpftrace,
  bpftraceConnects,
  bpftraceExecs,
  bpftraceOpens,
  snoop,
  type TracerCommand,
} from '../peers/commands.js';
import type { Peers } from '../peers/peers.js';
import { spoor } from '../programs/spoor.js';
import { pulseName, workName } from '../programs/work.js';

export const untraced = 'untraced';
export const following = 'spoor, following';
export const attached = 'spoor, nothing in scope';
export const straced = 'strace -f';

/** What a storm is made of, and how its events look in an output. */
export interface Storm {
  readonly id: 'exec' | 'open' | 'connect';
  readonly title: string;
  /** What the work is told, with a number behind it. */
  readonly line: string;
  /** How many, in a real run and in a smoke test. */
  readonly many: number;
  readonly few: number;
  /** What a line of an output has that tells of one: each tracer's own way. */
  readonly mark: RegExp;
  /** The tool of libbpf-tools that tells the same. */
  readonly snoop: 'execsnoop' | 'opensnoop' | 'tcpconnect';
  readonly script: string;
  /** System calls that strace is to stop at, where it can be told. */
  readonly calls: string;
}

export const storms: readonly Storm[] = [
  {
    id: 'exec',
    title: 'A process: fork, exec, exit',
    line: 'execs',
    many: 1500,
    few: 20,
    mark: /true.*bench-leaf/,
    snoop: 'execsnoop',
    script: bpftraceExecs,
    calls: 'execve',
  },
  {
    id: 'open',
    title: 'An open and a close',
    line: 'opens',
    many: 50_000,
    few: 100,
    mark: new RegExp(`/${workName}(?!\\S*pulse)`),
    snoop: 'opensnoop',
    script: bpftraceOpens,
    calls: 'open,openat',
  },
  {
    id: 'connect',
    title: 'A connection over loopback',
    line: 'connects',
    many: 5000,
    few: 20,
    mark: new RegExp(`${workName}.*127\\.0\\.0\\.1|connect\\(.*127\\.0\\.0\\.1|^\\d+ +${workName}`),
    snoop: 'tcpconnect',
    script: bpftraceConnects,
    calls: 'connect',
  },
];

/** One way of tracing a storm. */
export interface Way {
  readonly name: string;
  readonly side: 'ours' | 'peer' | 'floor';
  /** A tracer that is started before the storm; none for the untraced one. */
  readonly tracer?: TracerCommand;
  /** A file that the tracer's events go to; where it writes them itself, it was told in its command. */
  readonly output?: string;
  /** Or a tracer that starts the storm. */
  readonly wrapper?: readonly string[];
  /** Whether it is to tell of all events. */
  readonly tells: boolean;
}

/** All of them, as far as they are there. Their files are in the folder. */
export function waysOf({ id, snoop: tool, script, calls }: Storm, peers: Peers, folder: string): Way[] {
  const file = (name: string) => join(folder, `${id}-${name}`);
  const buffering: Buffering = 'block';
  const ours = (name: string, scopes: readonly string[]) => {
    const options = ['--events', id, '--output', 'json', '--out', file(name)];
    const command = spoor('trace', ...options, ...scopes.flatMap((scope) => ['--scope', scope]));
    return { tracer: { command, tracefs: false }, output: file(name) };
  };
  // What shows that it is ready.
  const pulse = `pulse: comm=${pulseName}`;
  const peer = (name: string, tracer: TracerCommand | undefined): Way[] =>
    tracer === undefined
      ? []
      : [{ name, side: 'peer', tracer, output: file(name.replaceAll(' ', '-')), tells: true }];
  const strace = peers.path('strace');
  return [
    { name: untraced, side: 'floor', tells: false },
    { name: attached, side: 'ours', ...ours('attached', [pulse]), tells: false },
    {
      name: following,
      side: 'ours',
      ...ours('following', [`work: comm=${workName} follow`, pulse]),
      tells: true,
    },
    ...peer(tool, snoop(peers, tool, buffering)),
    ...peer('bpftrace', bpftrace(peers, script, buffering)),
    ...(strace === undefined
      ? []
      : [
          {
            name: straced,
            side: 'peer' as const,
            wrapper: [strace, '-f', '-o', file('strace')],
            output: file('strace'),
            tells: true,
          },
          {
            name: `${straced} --seccomp-bpf -e ${calls}`,
            side: 'peer' as const,
            wrapper: [strace, '-f', '--seccomp-bpf', '-e', `trace=${calls}`, '-o', file('strace-only')],
            output: file('strace-only'),
            tells: true,
          },
        ]),
  ];
}
