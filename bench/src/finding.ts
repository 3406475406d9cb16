import { median, ratioOf } from './measure/statistics.js';
import type { Unit } from './measure/units.js';

/**
 * Whose number it is: ours, that of something we are compared with, or what nobody can do without.
 */
export type Side = 'ours' | 'peer' | 'floor';

/** One thing that was measured, round by round. */
export interface Series {
  readonly name: string;
  readonly side: Side;
  /** One a round, in the order of the rounds. */
  readonly samples: readonly number[];
}

/** Things that were measured side by side, in the same rounds. */
export interface Measurement {
  /** Unique in its finding; part of a file's name. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** The series that the others are multiples of. */
  readonly base?: string;
  readonly series: readonly Series[];
}

/** A line that is to hold, and what was measured. */
export interface Goal {
  readonly text: string;
  readonly value: number;
  /** `value` is to be at most this. */
  readonly limit: number;
  readonly unit: Unit;
}

/** The findings of one run of a benchmark. Plain data, kept as JSON. */
export interface Finding {
  readonly measurements: readonly Measurement[];
  readonly goals: readonly Goal[];
  /** Each thing that could not be measured, and why. */
  readonly absent: readonly string[];
  /** Notes for the reader: how much work was done, and further observations. */
  readonly remarks: readonly string[];
}

/** The observations of one pass: a finding that is not judged. */
export type Observation = Omit<Finding, 'goals'>;

/** @throws RangeError when the measurement has no such series: a mistake in the benchmark */
export function samplesOf({ id, series }: Measurement, name: string): readonly number[] {
  const found = series.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`${id}: there is no series ${name}`);
  return found.samples;
}

/** @throws RangeError when there is no such measurement: a mistake in the benchmark */
export function measurementOf(measurements: readonly Measurement[], id: string): Measurement {
  const found = measurements.find((candidate) => candidate.id === id);
  if (found === undefined) throw new RangeError(`there is no measurement ${id}`);
  return found;
}

export function hasSeries({ series }: Measurement, name: string): boolean {
  return series.some((candidate) => candidate.name === name);
}

/** The median of a series. @throws RangeError when there is none */
export function medianOf(measurement: Measurement, name: string): number {
  return median(samplesOf(measurement, name));
}

/**
 * The median ratio of two series. @throws RangeError when one is not there, or the second is zero
 */
export function timesOf(measurement: Measurement, name: string, base: string): number {
  const ratio = ratioOf(samplesOf(measurement, name), samplesOf(measurement, base));
  if (ratio === undefined) throw new RangeError(`${measurement.id}: ${base} is zero`);
  return ratio.median;
}

/** The median of the differences, round by round. @throws RangeError when one is not there */
export function differenceOf(measurement: Measurement, name: string, base: string): number {
  const samples = samplesOf(measurement, name);
  const bases = samplesOf(measurement, base);
  if (samples.length !== bases.length) return median(samples) - median(bases);
  return median(samples.map((sample, round) => sample - bases[round]!));
}

export function isReached({ value, limit }: Goal): boolean {
  return value <= limit;
}
