import process from 'node:process';
import { type Tracer, trace } from '@spoor/tracer';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import { type Goal, type Measurement, measurementOf, timesOf } from '../finding.js';
import {
  bpfTime,
  bpfTimeSince,
  happened,
  lifePrograms,
  nsPerSyscallEvent,
  syscallProgram,
} from '../measure/bpf-time.js';
import { interleave, Samples, type Variant } from '../measure/interleave.js';
import { figures } from '../measure/units.js';
import type { Launched } from '../programs/launched.js';
import { startWork, workName } from '../programs/work.js';

const hit = '0 % misses';
const half = '50 % misses';
const miss = '100 % misses';
const everyNth = { [hit]: 0, [half]: 2, [miss]: 1 } as const;

const usual = 'a map of the usual size';
const single = 'a map of one entry';

const limit = 2.5;

/** Of what was looked up, the share that the map did not have. */
function missShare(tracer: Tracer, before: Lookups): number {
  const { lookups, misses } = lookupsOf(tracer);
  return (misses - before.misses) / (lookups - before.lookups);
}

interface Lookups {
  readonly lookups: number;
  readonly misses: number;
}

function lookupsOf(tracer: Tracer): Lookups {
  const { lookups, misses } = tracer.stats().state;
  return { lookups, misses };
}

/** Opens of one process, whose own entry is deleted before each, every second, or none of them. */
async function measureOpens(bench: Bench): Promise<{ measurement: Measurement; remark: string }> {
  const { folder, signal } = bench;
  const opens = atScale(bench, 20_000, 200);
  await using tracer = await trace({
    scopes: [`comm=${workName}`],
    events: ['open'],
    tuning: { replaceable: false, measurePrograms: true },
  });
  const reading = tracer.each(() => undefined);
  await using work = startWork(folder, { signal });
  const map = tracer.object.map('proc_info');
  await work.do(`map ${process.pid} ${map.fd}`);
  const shares = new Map<string, number>();
  const variants = Object.entries(everyNth).map(
    ([name, every]): Variant => ({
      name,
      side: 'ours',
      run: async () => {
        const idleNs = await idleCost(tracer, work, opens);
        const before = bpfTime(tracer, [syscallProgram]);
        const beforeEvents = happened(tracer, ['open']);
        const beforeLookups = lookupsOf(tracer);
        await work.do(`states ${opens} ${every}`);
        const time = bpfTimeSince(tracer, [syscallProgram], before);
        shares.set(name, missShare(tracer, beforeLookups));
        return { ns: nsPerSyscallEvent(time, happened(tracer, ['open']) - beforeEvents, idleNs) };
      },
    }),
  );
  const rounds = atScale(bench, 10, 1);
  const samples = await interleave(variants, {
    rounds,
    warmUp: 1,
    signal,
    onStep: ({ round, name }) => bench.progress(`opens, round ${round + 1} of ${rounds}: ${name}`),
  });
  tracer.close();
  await reading;
  const seen = [...shares].map(([name, share]) => `${name}: ${figures(share * 100)} %`).join(', ');
  return {
    measurement: {
      id: 'open',
      title: 'BPF time of an open, as the map misses',
      unit: 'ns',
      base: hit,
      series: samples.series('ns'),
    },
    remark: `Opens: ${opens.toLocaleString('en-US')} a round, of one process whose entry is deleted before each, every second or none; what was missed by the tracer's own count: ${seen}. The time of system calls without an event is subtracted.`,
  };
}

/** BPF time of a system call that no event is made of. */
async function idleCost(tracer: Tracer, work: Launched, calls: number): Promise<number> {
  const before = bpfTime(tracer, [syscallProgram]);
  await work.do(`closes ${calls}`);
  const { ns, runs } = bpfTimeSince(tracer, [syscallProgram], before);
  return ns / runs;
}

/**
 * Two tracers see the processes at once: the map of one has room, the map of the other has a single
 * entry.
 */
async function measureLives(bench: Bench): Promise<{ measurement: Measurement; remark: string }> {
  const { folder, signal } = bench;
  const options = {
    scopes: [`comm=${workName} follow`],
    events: ['fork', 'exec', 'exit'],
    tuning: { replaceable: false, measurePrograms: true },
  } as const;
  await using roomy = await trace(options);
  await using tight = await trace({ ...options, processMapSize: 1 });
  const tracers = [
    { name: usual, tracer: roomy },
    { name: single, tracer: tight },
  ];
  const reading = tracers.map(({ tracer }) => tracer.each(() => undefined));
  await using work = startWork(folder, { signal });
  const lives = atScale(bench, 500, 20);
  await work.do(`execs ${lives}`);
  const before = lookupsOf(tight);
  const samples = new Samples(tracers.map(({ name }) => ({ name, side: 'ours' })));
  const rounds = atScale(bench, 10, 1);
  for (let round = 0; round < rounds; round++) {
    bench.progress(`lives, round ${round + 1} of ${rounds}`);
    const times = tracers.map(({ tracer }) => bpfTime(tracer, lifePrograms));
    await work.do(`execs ${lives}`);
    for (const [index, { name, tracer }] of tracers.entries()) {
      const { ns } = bpfTimeSince(tracer, lifePrograms, times[index]!);
      samples.add(name, { ns: ns / lives });
    }
  }
  const share = missShare(tight, before);
  for (const { tracer } of tracers) tracer.close();
  await Promise.all(reading);
  return {
    measurement: {
      id: 'life',
      title: "BPF time of a process's whole life: fork, exec, exit",
      unit: 'ns',
      base: usual,
      series: samples.series('ns'),
    },
    remark: `Lives: ${lives.toLocaleString('en-US')} a round, seen by both tracers at once. With one entry ${figures(share * 100)} % of the look-ups miss: an exec makes a new record in either case.`,
  };
}

/** Every program that runs while one process does some of everything. */
async function measurePrograms(bench: Bench): Promise<Measurement> {
  const { folder, signal } = bench;
  const options = {
    scopes: [`comm=${workName} follow`],
    tuning: { replaceable: false, measurePrograms: true },
  };
  await using tracer = await trace(options);
  const reading = tracer.each(() => undefined);
  await using work = startWork(folder, { signal });
  const programs = [...tracer.object.programs.keys()];
  const samples = new Samples(programs.map((name) => ({ name, side: 'ours' })));
  const rounds = atScale(bench, 10, 1);
  for (let round = 0; round < rounds; round++) {
    bench.progress(`programs, round ${round + 1} of ${rounds}`);
    const before = programs.map((name) => bpfTime(tracer, [name]));
    for (const what of ['execs', 'opens', 'connects']) await work.do(`${what} ${atScale(bench, 300, 10)}`);
    for (const [index, name] of programs.entries()) {
      const { ns, runs } = bpfTimeSince(tracer, [name], before[index]!);
      if (runs > 0) samples.add(name, { ns: ns / runs });
    }
  }
  tracer.close();
  await reading;
  return { id: 'programs', title: 'BPF time of a run, by program', unit: 'ns', series: samples.series('ns') };
}

export const state: Benchmark = {
  name: 'state',
  title: 'What a miss of the process map costs',
  question:
    'A miss loses no event: the record is built again from the task. How much longer do the BPF programs take then?',
  peers: [],
  async run(bench) {
    const opens = await measureOpens(bench);
    const lives = await measureLives(bench);
    const programs = await measurePrograms(bench);
    return {
      measurements: [opens.measurement, lives.measurement, programs],
      absent: [],
      remarks: [
        opens.remark,
        lives.remark,
        'By program: of a trace of what the command tells of, while a process executes, opens and connects. They run for all of the machine: most returns of system calls that `on_sys_exit` sees are of no event.',
      ],
    };
  },
  goals(measurements) {
    const goal = (id: string, name: string, base: string): Goal => {
      const measurement = measurementOf(measurements, id);
      return {
        text: `${measurement.title}: "${name}" of "${base}"`,
        value: timesOf(measurement, name, base),
        limit,
        unit: 'times',
      };
    };
    return [goal('open', miss, hit), goal('life', single, usual)];
  },
};
