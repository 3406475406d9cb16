import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import { type Goal, hasSeries, type Measurement, measurementOf, medianOf, timesOf } from '../finding.js';
import { interleave, type Sample, type Variant } from '../measure/interleave.js';
import { bpftrace, bpftraceExecs, snoop, type TracerCommand } from '../peers/commands.js';
import { Launched } from '../programs/launched.js';
import { spoor } from '../programs/spoor.js';
import { usageOf } from '../programs/usage.js';
import { pulseName, startPulse } from '../programs/work.js';

const ours = { all: 'spoor trace -- sleep', exec: 'spoor trace --events exec -- sleep' };
const library = 'the library, exec of a command';
const machine = 'spoor trace --events exec';
const peer = { execsnoop: 'execsnoop', bpftrace: 'bpftrace, execs' };
const bare = 'Node.js that traces nothing';

/**
 * A tracer that follows a command shows the command's exec. A tracer of the machine shows the exec
 * of a program that executes all the time.
 */
interface Start extends Pick<Variant, 'name' | 'side'>, TracerCommand {
  readonly shows: 'command' | 'pulse';
}

const sleep = ['--', 'sleep', '1000'];
const shown = ['--output', 'json', '--out', '-'];
const libraryPath = fileURLToPath(new URL('../programs/library.js', import.meta.url));
const nothing = 'process.stdout.write("sleep\\n"); setTimeout(() => {}, 1e6)';

function starts({ peers }: Bench): Start[] {
  const follow = { side: 'ours', shows: 'command', tracefs: false } as const;
  const watch = { shows: 'pulse', tracefs: true } as const;
  const others = [
    { name: peer.execsnoop, found: snoop(peers, 'execsnoop', 'line') },
    { name: peer.bpftrace, found: bpftrace(peers, bpftraceExecs, 'line') },
  ].flatMap(({ name, found }) =>
    found === undefined ? [] : [{ ...watch, ...found, name, side: 'peer' as const }],
  );
  return [
    { ...follow, name: ours.exec, command: spoor('trace', '--events', 'exec', ...shown, ...sleep) },
    { ...follow, name: ours.all, command: spoor('trace', ...shown, ...sleep) },
    { ...follow, name: library, command: [process.execPath, libraryPath] },
    { ...watch, name: machine, side: 'ours', command: spoor('trace', '--events', 'exec', ...shown) },
    ...others,
    { ...follow, name: bare, side: 'floor', command: [process.execPath, '-e', nothing] },
  ];
}

/**
 * From the moment before the exec of the tracer to the line with its first event, and what it has
 * used by then.
 */
async function startOnce({ folder, signal }: Bench, { command, shows, tracefs }: Start): Promise<Sample> {
  await using _pulse = shows === 'pulse' ? startPulse(folder, { signal }) : undefined;
  await using tracer = new Launched(command, { signal, tracefs });
  const { atNs } = await tracer.line((text) => text.includes(shows === 'pulse' ? pulseName : 'sleep'));
  const { cpuNs, peakMemory } = usageOf(tracer.pid);
  return { first: Number(atNs - (await tracer.begunNs)), cpu: cpuNs, memory: peakMemory };
}

function goals(measurements: readonly Measurement[]): Goal[] {
  const first = measurementOf(measurements, 'first-event');
  const memory = measurementOf(measurements, 'memory');
  const late = (name: string, than: string): Goal[] =>
    hasSeries(first, than)
      ? [
          {
            text: `first event of "${name}" at most as late as that of ${than}`,
            value: timesOf(first, name, than),
            limit: 1,
            unit: 'times',
          },
        ]
      : [];
  return [
    ...late(ours.exec, peer.bpftrace),
    ...late(machine, peer.bpftrace),
    {
      text: `resident memory of "${ours.all}"`,
      value: medianOf(memory, ours.all),
      limit: 80e6,
      unit: 'bytes',
    },
  ];
}

export const startup: Benchmark = {
  name: 'startup',
  title: 'From start to first event',
  question: 'How long until a tracer tells of something, and what does it take until then?',
  peers: ['execsnoop', 'bpftrace'],
  async run(bench) {
    const variants = starts(bench).map((start) => ({
      ...start,
      run: () => startOnce(bench, start),
    }));
    const rounds = atScale(bench, 7, 1);
    const samples = await interleave(variants, {
      rounds,
      warmUp: atScale(bench, 1, 0),
      signal: bench.signal,
      onStep: ({ round, name }) => bench.progress(`round ${round + 1} of ${rounds}: ${name}`),
    });
    const first: Measurement = {
      id: 'first-event',
      title: 'Time to the first event',
      unit: 'ns',
      base: peer.execsnoop,
      series: samples.series('first'),
    };
    const memory: Measurement = {
      id: 'memory',
      title: 'Resident memory at the first event, at most',
      unit: 'bytes',
      series: samples.series('memory'),
    };
    const cpu: Measurement = {
      id: 'cpu',
      title: 'CPU time until then, in user space and in the kernel',
      unit: 'ns',
      series: samples.series('cpu'),
    };
    return {
      measurements: [first, cpu, memory],
      absent: bench.peers.absent(this.peers),
      remarks: [
        'A tracer that follows a command shows the exec of that command. A tracer of the machine shows the exec of a program that runs every 4 ms, which is 2 ms late on average.',
        'Programs start without NODE_EXTRA_CA_CERTS and NODE_OPTIONS, whatever the shell has them set to.',
        'Peers write line by line by stdbuf or an option of their own; else their first line would come with the 4,096th byte.',
      ],
    };
  },
  goals,
};
