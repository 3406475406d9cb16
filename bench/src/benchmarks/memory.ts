import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { atScale, type Benchmark } from '../bench.js';
import type { Measurement } from '../finding.js';
import { Launched } from '../programs/launched.js';
import { spoor } from '../programs/spoor.js';
import { processesOf, usageOf } from '../programs/usage.js';
import { startWork, workName } from '../programs/work.js';

const scope = ['--scope', `comm=${workName} follow`];
/** Memory is looked at so often while the processes come. */
const lookMs = 200;

const ways = [
  { name: 'spoor trace --output json', options: ['--output', 'json'] },
  { name: 'spoor trace --output tree', options: ['--output', 'tree'] },
] as const;

/** Percent by which memory may grow between the first and the last tenth of the processes. */
const limitPercent = 5;

/**
 * It tells of nothing before it is told something: that it holds links to hooks is seen from
 * outside.
 */
async function untilAttached(pid: number, signal: AbortSignal): Promise<void> {
  while (!processesOf(pid).some(holdsLinks)) await setTimeout(lookMs, undefined, { signal });
  // The processes alive are looked through after that.
  await setTimeout(2 * lookMs, undefined, { signal });
}

function holdsLinks(pid: number): boolean {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).some((fd) => {
    try {
      return readFileSync(join(folder, fd), 'utf8').includes('link_type');
    } catch {
      // Closed meanwhile.
      return false;
    }
  });
}

export const memory: Benchmark = {
  name: 'memory',
  title: 'A million processes',
  question: 'Does the memory of a tracer level off while processes come and go?',
  peers: [],
  async run(bench) {
    const { folder, signal } = bench;
    const processes = atScale(bench, 1_000_000, 2000);
    const points = 10;
    const measurements: Measurement[] = [];
    for (const { name, options } of ways) {
      bench.progress(`starting ${name}`);
      const command = spoor(
        'trace',
        '--events',
        'fork,exec,exit',
        ...options,
        ...scope,
        '--out',
        '/dev/null',
      );
      await using tracer = new Launched(command, { signal });
      await Promise.race([untilAttached(tracer.pid, signal), tracer.gone()]);
      await using work = startWork(folder, { signal });
      const series: Measurement['series'][number][] = [];
      for (let point = 1; point <= points; point++) {
        bench.progress(`${name}: ${((point - 1) * processes) / points} of ${processes} processes`);
        const samples: number[] = [];
        const looking = setInterval(() => samples.push(usageOf(tracer.pid).memory), lookMs);
        try {
          await work.do(`forks ${processes / points}`);
        } finally {
          clearInterval(looking);
        }
        samples.push(usageOf(tracer.pid).memory);
        series.push({
          name: `to process ${((point * processes) / points).toLocaleString('en-US')}`,
          side: 'ours',
          samples,
        });
      }
      const id = options[1];
      const measurement: Measurement = { id, title: `Resident memory of ${name}`, unit: 'bytes', series };
      measurements.push(measurement);
    }
    return {
      measurements,
      absent: [],
      remarks: [
        `${processes.toLocaleString('en-US')} processes, one after the other, with their fork and exit. Looked at every ${lookMs} ms; a row has what was seen while its processes came.`,
      ],
    };
  },
  goals: (measurements) =>
    measurements.map(({ title, series }) => {
      const most = (at: 0 | -1) => Math.max(...series.at(at)!.samples);
      return {
        text: `${title}: growth from the first tenth of the processes to the last`,
        value: (most(-1) / most(0) - 1) * 100,
        limit: limitPercent,
        unit: 'percent',
      };
    }),
};
