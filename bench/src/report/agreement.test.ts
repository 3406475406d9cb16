import { expect, test } from 'vitest';
import { sampleReport } from '../../test/sample-report.js';
import type { Series } from '../finding.js';
import { agreementOf, agreementText } from './agreement.js';
import type { Report } from './report.js';

/** The sample with other numbers in the one measurement that has a base. */
function changed(change: (series: Series) => Series): Report {
  const [first, ...others] = sampleReport.finding.measurements;
  const measurement = { ...first!, series: first!.series.map(change) };
  return { ...sampleReport, finding: { ...sampleReport.finding, measurements: [measurement, ...others] } };
}

const times = (factor: number) => (series: Series) => ({
  ...series,
  samples: series.samples.map((sample) => sample * factor),
});

test('a run agrees with itself, by the rows that have a spread', () => {
  expect(agreementOf(sampleReport, sampleReport)).toEqual({ with: sampleReport.at, rows: 3, outside: [] });
});

test('judges multiples as such: a machine that is slower by half still agrees, except for the base', () => {
  const agreement = agreementOf(changed(times(1.5)), sampleReport)!;
  expect(agreement.outside).toEqual(['Time | taken: theirs']);
  expect(agreementText(agreement)).toBe(
    `of 3 rows, 2 lie in the spread of the run of ${sampleReport.at.slice(0, 16).replace('T', ' ')} UTC; not: Time | taken: theirs`,
  );
});

test('a multiple outside of the spread is told', () => {
  const slower = changed((series) => (series.side === 'ours' ? times(1.5)(series) : series));
  expect(agreementOf(slower, sampleReport)!.outside).toEqual(['Time | taken: ours & all']);
});

test('nothing is said of a smoke test, of another machine, and where there was none', () => {
  const other = { ...sampleReport, machine: { ...sampleReport.machine, cpus: 96 } };
  const quick = { ...sampleReport, quick: true };
  for (const earlier of [undefined, other, quick]) expect(agreementOf(sampleReport, earlier)).toBeUndefined();
});
