import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
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
import { interleave, type Sample, Samples, type Variant } from '../measure/interleave.js';
import { compileBpf, compileC } from '../programs/compile.js';
import { Launched } from '../programs/launched.js';
import { spoor } from '../programs/spoor.js';
import { mapMemoryOf, usageOf } from '../programs/usage.js';
import { pulseName, startPulse, startWork, workName } from '../programs/work.js';
import { offsetMacros, writeRecords } from '../reader/records.js';

const childPath = fileURLToPath(new URL('../reader/child.js', import.meta.url));
const recordSizes = [160, 256, 1024, 4096] as const;
const ringSize = 8 * 1024 * 1024;
const crowdName = 'bench-crowd';
/** So many tasks of others may have begun meanwhile. */
const strangers = 50;

/** Tasks of the machine that have not ended. */
function taskCount(): number {
  return Number(/\/(\d+) /.exec(readFileSync('/proc/loadavg', 'latin1'))?.[1]);
}

/**
 * Does something while so many processes of the scope live, and waits until the last of them is
 * gone: thousands take a while to end.
 */
async function withCrowd<T>({ folder, signal }: Bench, living: number, body: () => Promise<T>): Promise<T> {
  const before = taskCount();
  try {
    await using crowd = startWork(folder, { signal }, crowdName);
    if (living > 0) await crowd.do(`hold ${living}`);
    return await body();
  } finally {
    while (taskCount() > before + strangers) await setTimeout(100, undefined, { signal });
  }
}

/** Events of one process while so many others of the scope live. */
async function measureLiving(bench: Bench): Promise<Readonly<Record<string, number[]>>> {
  const { folder, signal } = bench;
  const samples = { open: [] as number[], life: [] as number[], start: [] as number[] };
  const start = async () => {
    const before = process.hrtime.bigint();
    const tracer = await trace({
      scopes: [`work: comm=${workName} follow`, `crowd: comm=${crowdName} follow`],
      events: ['fork', 'exec', 'exit', 'open'],
      tuning: { replaceable: false, measurePrograms: true },
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
    bench.progress(`round ${round + 1} of ${rounds}`);
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
  tracer.close();
  await reading;
  return samples;
}

async function measureCrowds(bench: Bench): Promise<Measurement[]> {
  const crowds = bench.quick ? [10, 100] : [100, 1000, 10_000];
  const measured: { name: string; samples: Readonly<Record<string, number[]>> }[] = [];
  for (const living of crowds) {
    const name = `${living.toLocaleString('en-US')} processes`;
    bench.progress(`${name}: starting them`);
    measured.push({ name, samples: await withCrowd(bench, living, () => measureLiving(bench)) });
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

interface MemorySetting {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Processes that live meanwhile. */
  readonly living: number;
}

/** Memory of the command after its first event. */
async function memoryOf({ folder, signal }: Bench, scopes: readonly string[]): Promise<Sample> {
  await using _pulse = startPulse(folder, { signal });
  const given = [`comm=${pulseName}`, ...scopes].flatMap((scope) => ['--scope', scope]);
  const command = spoor('trace', '--events', 'fork,exec,exit', '--output', 'json', '--out', '-', ...given);
  await using launched = new Launched(command, { signal });
  await launched.line((text) => text.includes(pulseName));
  return { resident: usageOf(launched.pid).memory, maps: mapMemoryOf(launched.pid) };
}

async function measureMemory(bench: Bench): Promise<Measurement[]> {
  const crowds = bench.quick ? [10, 100] : [100, 1000, 10_000];
  const others = (count: number) => Array.from({ length: count }, (_, index) => `uid=${900_001 + index}`);
  const settings = {
    living: crowds.map(
      (living): MemorySetting => ({
        name: `${living.toLocaleString('en-US')} processes`,
        scopes: [`comm=${crowdName} follow`],
        living,
      }),
    ),
    scopes: [0, 7, 63].map(
      (count): MemorySetting => ({
        name: count === 0 ? '1 scope' : `${count + 1} scopes`,
        scopes: others(count),
        living: 0,
      }),
    ),
  };
  const measure = async (chosen: readonly MemorySetting[]): Promise<Samples> => {
    const samples = new Samples(chosen.map(({ name }) => ({ name, side: 'ours' })));
    for (const { name, scopes, living } of chosen) {
      bench.progress(`memory: ${name}`);
      await withCrowd(bench, living, async () => {
        const starts = atScale(bench, 4, 1);
        for (let start = 0; start < starts; start++) samples.add(name, await memoryOf(bench, scopes));
      });
    }
    return samples;
  };
  const byLiving = await measure(settings.living);
  const byScopes = await measure(settings.scopes);
  return [
    { what: 'living', by: 'the processes in scope that live', samples: byLiving },
    { what: 'scopes', by: 'the scopes', samples: byScopes },
  ].flatMap(({ what, by, samples }): Measurement[] => [
    {
      id: `${what}-resident`,
      title: `Resident memory of spoor trace, by ${by}`,
      unit: 'bytes',
      series: samples.series('resident'),
    },
    {
      id: `${what}-maps`,
      title: `Memory of its BPF maps, by ${by}`,
      unit: 'bytes',
      series: samples.series('maps'),
    },
  ]);
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
          name: `${size} B, events`,
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
    const memory = await measureMemory(bench);
    const records = await measureRecords(bench);
    return {
      measurements: [...crowds, ...memory, records],
      absent: [],
      remarks: [
        'The processes wait and do nothing; the map of processes has its default size for so many.',
        'Time by scopes and by misses: see scopes and state. Memory is that of the command at its first event: its own, and what the kernel counts for its maps, which have their size from the start, by how many processes there are then, and make up for a miss by no memory.',
      ],
    };
  },
  goals: () => [],
};
