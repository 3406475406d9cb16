import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import { type Measurement, measurementOf, medianOf } from '../finding.js';
import { type Sample, Samples } from '../measure/interleave.js';
import { bpftrace, bpftraceExecs, snoop } from '../peers/commands.js';
import { Launched } from '../programs/launched.js';
import { spoor } from '../programs/spoor.js';
import { usageOf } from '../programs/usage.js';
import { pulseName, startPulse } from '../programs/work.js';

const all = 'spoor trace -- sleep';
const exec = 'spoor trace --events exec -- sleep';
const bare = 'Node.js that waits';

/**
 * Time after the start in which what has begun comes to rest: Node.js compiles for some seconds,
 * and collects when it has been idle for some.
 */
const restMs = 10_000;

interface Idler {
  readonly name: string;
  readonly side: 'ours' | 'peer' | 'floor';
  readonly command: readonly string[];
  readonly tracefs: boolean;
  /** Text in its first line. */
  readonly says: string;
}

function idlers({ peers }: Bench): Idler[] {
  const sleep = ['--out', '-', '--', 'sleep', '1000'];
  const follow = { side: 'ours', tracefs: false, says: 'sleep' } as const;
  const others = [
    { name: 'execsnoop', found: snoop(peers, 'execsnoop', 'line') },
    { name: 'bpftrace, execs', found: bpftrace(peers, bpftraceExecs, 'line') },
  ].flatMap(({ name, found }) =>
    found === undefined ? [] : [{ ...found, name, side: 'peer' as const, says: pulseName }],
  );
  const waiting = 'process.stdout.write("sleep\\n"); setTimeout(() => {}, 1e6)';
  return [
    { ...follow, name: all, command: spoor('trace', ...sleep) },
    { ...follow, name: exec, command: spoor('trace', '--events', 'exec', ...sleep) },
    ...others,
    { ...follow, name: bare, side: 'floor', command: [process.execPath, '-e', waiting] },
  ];
}

/** Starts it, and waits until it traces. */
async function startIdler({ folder, signal }: Bench, { command, tracefs, says }: Idler): Promise<Launched> {
  await using _pulse = says === pulseName ? startPulse(folder, { signal }) : undefined;
  const launched = new Launched(command, { signal, tracefs });
  try {
    await launched.line((text) => text.includes(says));
    return launched;
  } catch (error) {
    await launched[Symbol.asyncDispose]();
    throw error;
  }
}

interface Start {
  readonly chosen: readonly Idler[];
  readonly windowMs: number;
  say(text: string): void;
  add(name: string, sample: Sample): void;
}

/** Starts them all, and looks what each takes for a while. */
async function measureStart(bench: Bench, { chosen, windowMs, say, add }: Start): Promise<void> {
  const running: Launched[] = [];
  try {
    for (const idler of chosen) {
      say(idler.name);
      running.push(await startIdler(bench, idler));
    }
    await setTimeout(bench.quick ? 0 : restMs, undefined, { signal: bench.signal });
    say('nothing happens');
    const before = running.map(({ pid }) => usageOf(pid));
    const began = process.hrtime.bigint();
    await setTimeout(windowMs, undefined, { signal: bench.signal });
    const wallNs = Number(process.hrtime.bigint() - began);
    for (const [index, { pid }] of running.entries()) {
      const { cpuNs, memory } = usageOf(pid);
      const share = ((cpuNs - before[index]!.cpuNs) / wallNs) * 100;
      add(chosen[index]!.name, { share, memory });
    }
  } finally {
    for (const launched of running) await launched[Symbol.asyncDispose]();
  }
}

export const idle: Benchmark = {
  name: 'idle',
  title: 'Attached, with nothing to tell',
  question: 'How much of a core does a tracer take while nothing happens that it tells of?',
  peers: ['execsnoop', 'bpftrace'],
  async run(bench) {
    const starts = atScale(bench, 3, 1);
    const windowMs = atScale(bench, 6000, 500);
    const chosen = idlers(bench);
    const samples = new Samples(chosen);
    for (let start = 0; start < starts; start++) {
      await measureStart(bench, {
        chosen,
        windowMs,
        say: (text) => bench.progress(`start ${start + 1} of ${starts}: ${text}`),
        add: (name, sample) => samples.add(name, sample),
      });
    }
    const cpu: Measurement = {
      id: 'cpu',
      title: 'CPU time, of one core',
      unit: 'percent',
      series: samples.series('share'),
    };
    const memory: Measurement = {
      id: 'memory',
      title: 'Resident memory meanwhile',
      unit: 'bytes',
      series: samples.series('memory'),
    };
    return {
      measurements: [cpu, memory],
      absent: bench.peers.absent(this.peers),
      remarks: [
        `All at the same time, for ${windowMs / 1000} s, ${restMs / 1000} s after the start of the last; then all of them are started anew. Peers have no way to follow a command: they are told of whatever else the machine does in that time.`,
      ],
    };
  },
  goals: (measurements) =>
    [all, exec].map((name) => ({
      text: `CPU time of "${name}"`,
      value: medianOf(measurementOf(measurements, 'cpu'), name),
      limit: 0.5,
      unit: 'percent',
    })),
};
