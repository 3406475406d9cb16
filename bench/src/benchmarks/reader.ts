import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import { type Goal, hasSeries, type Measurement, measurementOf, medianOf, timesOf } from '../finding.js';
import { interleave, type Samples, type Variant } from '../measure/interleave.js';
import { compileBpf, compileC, compileGo } from '../programs/compile.js';
import { Launched } from '../programs/launched.js';
import {
  meanRecordSize,
  mixedSize,
  offsetMacros,
  type RecordsOptions,
  writeRecords,
} from '../reader/records.js';
import { type Runtime, runtimes } from '../reader/runtimes.js';
import type { Way } from '../reader/ways.js';

/** Of a ring, where a task does not say another. */
const usualMebibytes = 8;
/** Full rings a round. */
const usualDrains = 4;
const childPath = fileURLToPath(new URL('../reader/child.js', import.meta.url));
const inC = 'libbpf in C';
const inGo = 'cilium/ebpf in Go';

/** The fields that are read of each record, as each side calls them. */
interface Task {
  readonly id: string;
  readonly title: string;
  readonly c: 'five' | 'comm' | 'path' | 'object';
  readonly way: Way;
  readonly records?: RecordsOptions;
  readonly mebibytes?: number;
  readonly drains?: number;
}

const tasks: readonly Task[] = [
  { id: 'five', title: 'Five fields', c: 'five', way: 'five' },
  {
    id: 'five-once',
    title: 'Five fields, of one ring after others have run',
    c: 'five',
    way: 'five',
    drains: 1,
  },
  ...[2, 32].map(
    (mebibytes): Task => ({
      id: `five-of-${mebibytes}`,
      title: `Five fields, of a ring of ${mebibytes} MiB`,
      c: 'five',
      way: 'five',
      mebibytes,
    }),
  ),
  {
    id: 'five-mixed',
    title: 'Five fields, of records of 160 to 1,000 bytes',
    c: 'five',
    way: 'five',
    records: { sizeOf: mixedSize },
  },
  { id: 'comm', title: 'Five fields and the comm', c: 'comm', way: 'comm' },
  { id: 'path', title: 'Five fields, comm and path', c: 'path', way: 'path' },
  {
    id: 'new-path',
    title: 'Five fields, comm and path, no path twice',
    c: 'path',
    way: 'path',
    records: { unique: true },
  },
  { id: 'object', title: 'Everything, kept: toObject()', c: 'object', way: 'object' },
];

interface Reading {
  readonly name: string;
  readonly side: 'ours' | 'peer';
  readonly process: Launched;
}

/** The programs that run the readers. */
interface Found {
  readonly runtimes: readonly Runtime[];
  /** The compiled reader in Go, where it can be had. */
  readonly go: string | undefined;
}

/** The reader in Go, or why there is none. */
function goReader({ peers }: Bench): { readonly path?: string; readonly absent: readonly string[] } {
  const go = peers.path('cilium/ebpf');
  if (go === undefined) return { absent: peers.absent(['cilium/ebpf']) };
  try {
    return { path: compileGo(go, 'consume'), absent: [] };
  } catch (error) {
    if (error instanceof SpoorError) return { absent: [`cilium/ebpf: ${error.message}`] };
    throw error;
  }
}

/** Starts whatever reads for a task. */
function start({ folder, signal }: Bench, task: Task, { runtimes: found, go }: Found): Reading[] {
  const records = join(folder, `records-${task.id}`);
  writeRecords(records, task.records);
  const ringSize = (task.mebibytes ?? usualMebibytes) * 1024 * 1024;
  const given = [compileBpf('ring-fill'), records, String(ringSize)];
  const consume = compileC('consume', { defines: offsetMacros(), libraries: ['bpf'] });
  const offsets = Object.entries(offsetMacros()).map(([name, offset]) => `${name}=${offset}`);
  return [
    { name: inC, side: 'peer', process: new Launched([consume, task.c, ...given], { signal }) },
    ...(go === undefined ? [] : [[go, task.c, ...given, ...offsets]]).map(
      (command): Reading => ({ name: inGo, side: 'peer', process: new Launched(command, { signal }) }),
    ),
    ...found.map(
      ({ label, path }): Reading => ({
        name: `events, ${label}`,
        side: 'ours',
        process: new Launched([path, childPath, task.way, ...given], { signal }),
      }),
    ),
  ];
}

async function measureTask(bench: Bench, task: Task, found: Found): Promise<Samples> {
  const readings = start(bench, task, found);
  try {
    const variants = readings.map(
      ({ name, side, process: child }): Variant => ({
        name,
        side,
        run: async () => ({ ns: await child.do(`time ${task.drains ?? usualDrains}`) }),
      }),
    );
    const rounds = atScale(bench, task.c === 'five' ? 54 : 20, 1);
    return await interleave(variants, {
      rounds,
      warmUp: atScale(bench, 10, 0),
      signal: bench.signal,
      onStep: ({ round, name }) => bench.progress(`${task.title}, round ${round + 1} of ${rounds}: ${name}`),
    });
  } finally {
    for (const { process: child } of readings) await child[Symbol.asyncDispose]();
  }
}

/** Bytes that a drain leaves on the heap for each record. */
async function measureHeap(bench: Bench, found: Found): Promise<Measurement> {
  const [five] = tasks as readonly [Task];
  const series: Measurement['series'][number][] = [];
  for (const runtime of found.runtimes) {
    bench.progress(`the heap of ${runtime.label}`);
    const readings = start(bench, five, { runtimes: [runtime], go: undefined });
    try {
      const reading = readings.at(-1);
      await reading!.process.do('time 1');
      const bytes = await reading!.process.do(`heap ${atScale(bench, 10_000_000, 50_000)}`);
      series.push({ name: reading!.name, side: 'ours', samples: [bytes] });
    } finally {
      for (const { process: child } of readings) await child[Symbol.asyncDispose]();
    }
  }
  return { id: 'heap', title: 'Heap that a record takes, five fields', unit: 'bytes', series };
}

function goals(measurements: readonly Measurement[]): Goal[] {
  const object = measurementOf(measurements, 'object');
  const times = ['five', 'five-once'].flatMap((id): Goal[] => {
    const five = measurementOf(measurements, id);
    return five.series
      .filter(({ name }) => name.startsWith('events'))
      .map(({ name }) => ({
        text: `${five.title} by ${name}, of ${inC}`,
        value: timesOf(five, name, inC),
        limit: 1,
        unit: 'times',
      }));
  });
  const objects = object.series
    .filter(({ side, name }) => side === 'ours' && hasSeries(object, name))
    .map(
      ({ name }): Goal => ({
        text: `toObject() by ${name}`,
        value: medianOf(object, name),
        limit: 400,
        unit: 'ns',
      }),
    );
  return [...times, ...objects];
}

export const reader: Benchmark = {
  name: 'reader',
  title: 'Reading a full ring',
  question:
    'How long does a record take, from the same kind of full kernel ring, beside a program in C on libbpf?',
  peers: ['cilium/ebpf'],
  async run(bench) {
    const nodes = runtimes(bench);
    const go = goReader(bench);
    const found: Found = { runtimes: nodes.found, go: go.path };
    const measurements: Measurement[] = [];
    for (const task of tasks) {
      const samples = await measureTask(bench, task, found);
      measurements.push({
        id: task.id,
        title: `${task.title}: a record takes`,
        unit: 'ns',
        base: inC,
        series: samples.series('ns'),
      });
    }
    measurements.push(await measureHeap(bench, found));
    return {
      measurements,
      absent: [...go.absent, ...nodes.absent],
      remarks: [
        `Rings of ${usualMebibytes} MiB unless the row says another size. One BPF program fills each with the same opens, ${meanRecordSize().toFixed(0)} bytes on average, and each reader has a process of its own. C copies a text; its object is a struct with texts in memory of their own. Go's library copies each record into a reused buffer; its text is a string.`,
        `A round reads ${usualDrains} full rings in a row. A single ring after others have run waits for the reader's own code and data first.`,
        'Spoor reads cache lines ahead of the records in them. That costs time if the ring is small enough to be in a cache.',
        'Short texts come from a cache if they came lately, so texts that are always new cost more.',
        'Each reader has drained some thousand times before it is measured, so Node.js has compiled it.',
        '"events" is the code that tracer.each() runs: a merge by time of one ring, each record checked.',
      ],
    };
  },
  goals,
};
