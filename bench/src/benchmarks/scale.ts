import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { trace } from '@spoor/tracer';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import type { Measurement, Series } from '../finding.js';
import {
  bpfTime,
  bpfTimeSince,
  happened,
  lifePrograms,
  nsPerSyscallEvent,
  syscallProgram,
} from '../measure/bpf-time.js';
import { interleave, type Samples, type Variant } from '../measure/interleave.js';
import { compileBpf, compileC } from '../programs/compile.js';
import { Launched } from '../programs/launched.js';
import { startWork, workName } from '../programs/work.js';
import { offsetMacros, writeRecords } from '../reader/records.js';

const childPath = fileURLToPath(new URL('../reader/child.js', import.meta.url));
const recordSizes = [64, 256, 1024, 4096] as const;
const ringSize = 8 * 1024 * 1024;

/** Events of one process while so many others of the scope live. */
async function measureLiving(bench: Bench, living: number): Promise<Readonly<Record<string, number[]>>> {
  const { folder, signal } = bench;
  await using crowd = startWork(folder, { signal }, 'bench-crowd');
  bench.progress(`${living} processes: starting them`);
  await crowd.do(`hold ${living}`);
  const samples = { open: [] as number[], life: [] as number[], start: [] as number[] };
  const start = async () => {
    const before = process.hrtime.bigint();
    const tracer = await trace({
      scopes: [`work: comm=${workName} follow`, 'crowd: comm=bench-crowd follow'],
      events: ['fork', 'exec', 'exit', 'open'],
      replaceable: false,
      measurePrograms: true,
    });
    samples.start.push(Number(process.hrtime.bigint() - before));
    return tracer;
  };
  const starts = atScale(bench, 4, 1);
  for (let others = 1; others < starts; others++) {
    await using _other = await start();
  }
  await using tracer = await start();
  const reading = tracer.each(() => undefined);
  await using work = startWork(folder, { signal });
  const opens = atScale(bench, 10_000, 200);
  const lives = atScale(bench, 300, 10);
  const rounds = atScale(bench, 6, 1);
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    bench.progress(`${living} processes: round ${round + 1} of ${rounds}`);
    const idleBefore = bpfTime(tracer, [syscallProgram]);
    await work.do(`closes ${opens}`);
    const idle = bpfTimeSince(tracer, [syscallProgram], idleBefore);
    const opensBefore = bpfTime(tracer, [syscallProgram]);
    const events = happened(tracer, ['open']);
    await work.do(`opens ${opens}`);
    const open = bpfTimeSince(tracer, [syscallProgram], opensBefore);
    samples.open.push(nsPerSyscallEvent(open, happened(tracer, ['open']) - events, idle.ns / idle.runs));
    const livesBefore = bpfTime(tracer, lifePrograms);
    await work.do(`execs ${lives}`);
    samples.life.push(bpfTimeSince(tracer, lifePrograms, livesBefore).ns / lives);
  }
  tracer.stop();
  await reading;
  return samples;
}

async function measureCrowds(bench: Bench): Promise<Measurement[]> {
  const crowds = bench.quick ? [10, 100] : [100, 1000, 10_000];
  const measured: { name: string; samples: Readonly<Record<string, number[]>> }[] = [];
  for (const living of crowds) {
    const name = `${living.toLocaleString('en-US')} processes`;
    measured.push({ name, samples: await measureLiving(bench, living) });
  }
  const series = (metric: string): Series[] =>
    measured.map(({ name, samples }) => ({ name, side: 'ours', samples: samples[metric]! }));
  const [first] = measured;
  const base = first!.name;
  return [
    {
      id: 'living-open',
      title: 'BPF time of an open, by the processes in scope that live',
      unit: 'ns',
      base,
      series: series('open'),
    },
    {
      id: 'living-life',
      title: 'BPF time of a whole life, by the same',
      unit: 'ns',
      base,
      series: series('life'),
    },
    { id: 'living-start', title: 'trace(), which finds them all', unit: 'ns', base, series: series('start') },
  ];
}

/** Five fields of each record, as records get longer. */
async function measureRecords(bench: Bench): Promise<Measurement> {
  const { folder, signal } = bench;
  const object = compileBpf('ring-fill');
  const consume = compileC('consume', { defines: offsetMacros(), libraries: ['bpf'] });
  const running: Launched[] = [];
  try {
    const variants = recordSizes.flatMap((size): Variant[] => {
      const records = join(folder, `records-${size}`);
      writeRecords(records, { sizeOf: () => size });
      const given = [object, records, String(ringSize)];
      const start = (command: readonly string[]) => {
        const launched = new Launched(command, { signal });
        running.push(launched);
        return async () => ({ ns: await launched.do('time 4') });
      };
      return [
        { name: `${size} B, libbpf in C`, side: 'peer', run: start([consume, 'five', ...given]) },
        {
          name: `${size} B, drain`,
          side: 'ours',
          run: start([process.execPath, childPath, 'five', ...given]),
        },
      ];
    });
    const rounds = atScale(bench, 20, 1);
    const samples: Samples = await interleave(variants, {
      rounds,
      warmUp: atScale(bench, 5, 0),
      signal,
      onStep: ({ round, name }) => bench.progress(`records, round ${round + 1} of ${rounds}: ${name}`),
    });
    return {
      id: 'records',
      title: 'Reading five fields, by the size of a record',
      unit: 'ns',
      base: `${recordSizes[0]} B, libbpf in C`,
      series: samples.series('ns'),
    };
  } finally {
    for (const launched of running) await launched[Symbol.asyncDispose]();
  }
}

export const scale: Benchmark = {
  name: 'scale',
  title: 'As things grow',
  question: 'What does an event cost as more processes live, and a record as it gets longer?',
  peers: [],
  async run(bench) {
    const crowds = await measureCrowds(bench);
    const records = await measureRecords(bench);
    return {
      measurements: [...crowds, records],
      absent: [],
      remarks: [
        'The processes wait and do nothing; the map of processes has its default size for so many.',
        'By scopes and by misses: see scopes and state.',
      ],
    };
  },
  goals: () => [],
};
