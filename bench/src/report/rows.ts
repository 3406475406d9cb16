import type { Measurement, Side } from '../finding.js';
import { ratioOf, type Summary, summarise } from '../measure/statistics.js';
import { figures, type Scale, scaled, scaleFor } from '../measure/units.js';

/** A series, summed up and written out: what tables and pictures are made of. */
export interface Row {
  readonly name: string;
  readonly side: Side;
  readonly summary: Summary;
  /** With the unit. */
  readonly median: string;
  /** From low to high, without the unit. */
  readonly spread: string;
  /** Of the base, with its spread; empty where there is none. */
  readonly ratio: string;
}

export interface Rows {
  readonly rows: readonly Row[];
  readonly scale: Scale;
}

/** The rows of a measurement, in its own order, all in one scale. */
export function rowsOf({ series, unit, base }: Measurement): Rows {
  const baseSamples = series.find(({ name }) => name === base)?.samples;
  const summaries = series.map(({ samples }) => summarise(samples));
  const scale = scaleFor(
    unit,
    summaries.map(({ median }) => median),
  );
  const rows = series.map(({ name, side, samples }, index) => {
    const summary = summaries[index]!;
    const ratio = baseSamples === undefined || name === base ? undefined : ratioOf(samples, baseSamples);
    return {
      name,
      side,
      summary,
      median: `${scaled(summary.median, scale)} ${scale.symbol}`.trimEnd(),
      spread: summary.rounds === 1 ? '' : rangeText(summary, (value) => scaled(value, scale)),
      ratio: ratio === undefined ? '' : ratioText(ratio),
    };
  });
  return { rows, scale };
}

function ratioText(ratio: Summary): string {
  const middle = `${figures(ratio.median)} ×`;
  return ratio.rounds === 1 ? middle : `${middle} (${rangeText(ratio, figures)})`;
}

function rangeText({ low, high }: Summary, write: (value: number) => string): string {
  return `${write(low)} – ${write(high)}`;
}
