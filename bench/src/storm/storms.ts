import { join } from 'node:path';
import {
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
export const followingAll = 'spoor, following, every event';
export const straced = 'strace -f';

/** The traced work, and how its events look in an output. */
export interface Storm {
  readonly id: string;
  readonly title: string;
  /** The input line of the work for that many operations. */
  line(count: number): string;
  /** How many, in a real run and in a smoke test. */
  readonly many: number;
  readonly few: number;
  /** The input lines of the work before each round. */
  readonly before: readonly string[];
  readonly rounds: number;
  /**
   * Recognises a line about one operation, in our output and in that of others. Undefined if their
   * number is not known.
   */
  readonly marks?: { readonly ours: RegExp; readonly others: RegExp };
  /**
   * The events that each is to tell of: as spoor calls them, the tool of libbpf-tools that tells
   * the same, a bpftrace program, and the system calls.
   */
  readonly events: string;
  readonly snoop: 'execsnoop' | 'opensnoop' | 'tcpconnect';
  readonly script: string;
  readonly calls: string;
}

const before = ['pin 0'];

export const storms: readonly Storm[] = [
  {
    before,
    rounds: 4,
    id: 'exec',
    title: 'A process: fork, exec, exit',
    line: (count) => `execs ${count}`,
    many: 1000,
    few: 20,
    marks: { ours: /^\{"event":"exec".*bench-leaf/, others: /true.*bench-leaf/ },
    events: 'exec',
    snoop: 'execsnoop',
    script: bpftraceExecs,
    calls: 'execve',
  },
  {
    before,
    rounds: 4,
    id: 'open',
    title: 'An open and a close',
    line: (count) => `opens ${count}`,
    many: 50_000,
    few: 100,
    marks: {
      ours: new RegExp(`^\\{"event":"open".*"path":"[^"]*/${workName}"`),
      others: new RegExp(`/${workName}\\b`),
    },
    events: 'open',
    snoop: 'opensnoop',
    script: bpftraceOpens,
    calls: 'open,openat',
  },
  {
    before,
    rounds: 4,
    id: 'connect',
    title: 'A connection over loopback',
    line: (count) => `connects ${count}`,
    many: 2500,
    few: 20,
    marks: {
      ours: new RegExp(`^\\{"event":"connect".*"comm":"${workName}"`),
      others: new RegExp(`connect\\(.*127\\.0\\.0\\.1|^\\d+ +${workName}\\b`),
    },
    events: 'connect',
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
  /**
   * A file that the tracer's events go to; where it writes them itself, it was told in its command.
   */
  readonly output?: string;
  /** Or a tracer that starts the storm. */
  readonly wrapper?: readonly string[];
  /** True if it must report all events. */
  readonly tells: boolean;
  /** A file that it writes its own counts to, at its end. */
  readonly counts?: string;
}

/** All of them, as far as they are there. Their files are in the folder. */
export function waysOf(storm: Storm, peers: Peers, folder: string): Way[] {
  const file = (name: string) => join(folder, `${storm.id}-${name}`);
  return [
    { name: untraced, side: 'floor', tells: false },
    ...ourWays(storm, file),
    ...peerWays(storm, peers, file),
    ...straceWays(storm, peers, file),
  ];
}

type FileOf = (name: string) => string;

function ourWays({ events }: Storm, file: FileOf): Way[] {
  // Its event shows that the tracer is ready.
  const pulse = `pulse: comm=${pulseName}`;
  const work = `work: comm=${workName} follow`;
  const way = (name: string, id: string, options: readonly string[]): Way => {
    const output = file(id);
    const counts = file(`${id}-counts`);
    const command = spoor('trace', '--output', 'json', '--out', output, '--stats-json', counts, ...options);
    const tells = id !== 'attached';
    return { name, side: 'ours', tracer: { command, tracefs: false }, output, tells, counts };
  };
  const only = ['--events', events];
  return [
    way(attached, 'attached', [...only, '--scope', pulse]),
    way(following, 'following', [...only, '--scope', work, '--scope', pulse]),
    way(followingAll, 'following-all', ['--scope', work, '--scope', pulse]),
  ];
}

function peerWays({ snoop: tool, script }: Storm, peers: Peers, file: FileOf): Way[] {
  const way = (name: string, tracer: TracerCommand | undefined): Way[] =>
    tracer === undefined ? [] : [{ name, side: 'peer', tracer, output: file(name), tells: true }];
  return [...way(tool, snoop(peers, tool, 'block')), ...way('bpftrace', bpftrace(peers, script, 'block'))];
}

function straceWays({ calls }: Storm, peers: Peers, file: FileOf): Way[] {
  const strace = peers.path('strace');
  if (strace === undefined) return [];
  const way = (name: string, output: string, options: readonly string[]): Way => ({
    name,
    side: 'peer',
    wrapper: [strace, '-f', ...options, '-o', output],
    output,
    tells: true,
  });
  return [
    way(straced, file('strace'), []),
    way(`${straced} --seccomp-bpf -e ${calls}`, file('strace-only'), [
      '--seccomp-bpf',
      '-e',
      `trace=${calls}`,
    ]),
  ];
}
