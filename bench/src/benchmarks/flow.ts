import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atScale, type Bench, type Benchmark } from '../bench.js';
import { type Goal, type Measurement, measurementOf, medianOf, type Side, samplesOf } from '../finding.js';
import { interleave, type Variant } from '../measure/interleave.js';
import { summarise } from '../measure/statistics.js';
import { compileBpf, compileC } from '../programs/compile.js';
import { Launched } from '../programs/launched.js';
import { offsetMacros, writeRecords } from '../reader/records.js';
import { type Runtime, runtimes } from '../reader/runtimes.js';

const childPath = fileURLToPath(new URL('../reader/child.js', import.meta.url));
const ringSize = 8 * 1024 * 1024;
const inC = 'libbpf in C';

interface Reading {
  readonly name: string;
  readonly side: Side;
  readonly process: Launched;
}

function start({ folder, signal }: Bench, found: readonly Runtime[]): Reading[] {
  const records = join(folder, 'records');
  writeRecords(records);
  const given = [compileBpf('ring-fill'), records, String(ringSize)];
  const consume = compileC('consume', { defines: offsetMacros(), libraries: ['bpf'] });
  return [
    { name: inC, side: 'peer', process: new Launched([consume, 'five', ...given], { signal }) },
    ...found.map(
      ({ label, path }): Reading => ({
        name: `events, ${label}`,
        side: 'ours',
        process: new Launched([path, childPath, 'five', ...given], { signal }),
      }),
    ),
  ];
}

async function measure(bench: Bench, found: readonly Runtime[]): Promise<Measurement> {
  const produce = compileC('produce', { libraries: ['bpf'] });
  const count = atScale(bench, 1_000_000, 20_000);
  const readings = start(bench, found);
  try {
    const variants = readings.map(
      ({ name, side, process: child }): Variant => ({
        name,
        side,
        run: async () => ({ rate: await child.do(`flow ${count} ${produce}`) }),
      }),
    );
    const rounds = atScale(bench, 12, 1);
    const samples = await interleave(variants, {
      rounds,
      warmUp: atScale(bench, 2, 0),
      signal: bench.signal,
      onStep: ({ round, name }) => bench.progress(`round ${round + 1} of ${rounds}: ${name}`),
    });
    return {
      id: 'rate',
      title: 'Records that come through, none lost',
      unit: 'a second',
      base: inC,
      series: samples.series('rate'),
    };
  } finally {
    for (const { process: child } of readings) await child[Symbol.asyncDispose]();
  }
}

/**
 * How much less came through than in C, beside how much less C's own slow rounds let through than
 * its median.
 */
function goals(measurements: readonly Measurement[]): Goal[] {
  const rate = measurementOf(measurements, 'rate');
  const { median, low } = summarise(samplesOf(rate, inC));
  return rate.series
    .filter(({ side }) => side === 'ours')
    .map(({ name }) => ({
      text: `lossless rate of ${inC} over that of ${name}; at most what C's own rounds differ`,
      value: median / medianOf(rate, name),
      limit: median / low,
      unit: 'times',
    }));
}

export const flow: Benchmark = {
  name: 'flow',
  title: 'From a busy kernel to its reader',
  question: 'How many records a second come through from one busy CPU, none of them lost?',
  peers: [],
  async run(bench) {
    const { found, absent } = runtimes(bench);
    return {
      measurements: [await measure(bench, found)],
      absent,
      remarks: [
        'A BPF program on the first CPU fills a ring of 8 MiB as quickly as it can. It waits while the ring is full, so the measured rate is the highest one without a loss. Each reader reports how many records it got, which must be how many the ring took. The scheduler places the readers.',
        'Both readers poll and read five fields of each record. "events" is the code that tracer.each() runs.',
      ],
    };
  },
  goals,
};
