import type { Measurement } from '../finding.js';
import { ratioOf, type Summary, summarise } from '../measure/statistics.js';
import type { Agreement, Report } from './report.js';

/** Of a machine that is the same. */
const same = ['cpu', 'cpus', 'kernel', 'node'] as const;

/**
 * Compares a run with an earlier one. Each median should lie in the spread of nine of ten rounds of
 * the other. A value that is shown as a multiple is judged as one: of what ran beside it,
 * that is. Undefined where nothing can be said: another machine, a smoke test.
 */
export function agreementOf(report: Report, earlier: Report | undefined): Agreement | undefined {
  if (earlier === undefined || report.quick || earlier.quick) return undefined;
  if (!same.every((what) => report.machine[what] === earlier.machine[what])) return undefined;
  const outside: string[] = [];
  let rows = 0;
  for (const measurement of report.finding.measurements) {
    const before = earlier.finding.measurements.find(({ id }) => id === measurement.id);
    if (before === undefined) continue;
    for (const { name } of measurement.series) {
      const now = judged(measurement, name);
      const then = judged(before, name);
      if (now === undefined || then === undefined || then.rounds === 1) continue;
      rows++;
      if (now.median < then.low || now.median > then.high) outside.push(`${measurement.title}: ${name}`);
    }
  }
  return { with: earlier.at, rows, outside };
}

/** The multiple of the base, or the value where there is none. */
function judged({ series, base }: Measurement, name: string): Summary | undefined {
  const samplesOf = (wanted: string | undefined) =>
    series.find((candidate) => candidate.name === wanted)?.samples;
  const samples = samplesOf(name);
  if (samples === undefined || samples.length === 0) return undefined;
  const bases = name === base ? undefined : samplesOf(base);
  return (bases && ratioOf(samples, bases)) ?? summarise(samples);
}

/** In words. */
export function agreementText({ with: at, rows, outside }: Agreement): string {
  const when = at.slice(0, 16).replace('T', ' ');
  const inside = `of ${rows} rows, ${rows - outside.length} lie in the spread of the run of ${when} UTC`;
  return outside.length === 0 ? inside : `${inside}; not: ${outside.join('; ')}`;
}
