/** The unit of samples. */
export type Unit = 'ns' | 'bytes' | 'percent' | 'count' | 'a second' | 'times';

/** How numbers of one table are written: all alike, so that they can be compared at a glance. */
export interface Scale {
  readonly symbol: string;
  readonly divisor: number;
}

const steps: Readonly<Record<Unit, readonly Scale[]>> = {
  ns: [
    { symbol: 'ns', divisor: 1 },
    { symbol: 'µs', divisor: 1e3 },
    { symbol: 'ms', divisor: 1e6 },
    { symbol: 's', divisor: 1e9 },
  ],
  bytes: [
    { symbol: 'B', divisor: 1 },
    { symbol: 'kB', divisor: 1e3 },
    { symbol: 'MB', divisor: 1e6 },
    { symbol: 'GB', divisor: 1e9 },
  ],
  percent: [{ symbol: '%', divisor: 1 }],
  count: [{ symbol: '', divisor: 1 }],
  'a second': [
    { symbol: '/s', divisor: 1 },
    { symbol: 'million/s', divisor: 1e6 },
  ],
  times: [{ symbol: '×', divisor: 1 }],
};

/** The largest step that leaves the largest of the numbers at two or more: 1,900 µs, but 2.1 ms. */
export function scaleFor(unit: Unit, values: readonly number[]): Scale {
  const largest = Math.max(...values.map(Math.abs));
  return steps[unit].findLast(({ divisor }) => largest >= 2 * divisor) ?? steps[unit][0]!;
}

/** Three figures that matter; whole numbers from a hundred on. */
export function figures(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
  const digits = size >= 9.995 ? 1 : 2;
  return value.toFixed(size !== 0 && size < 0.0995 ? 3 : digits);
}

/** The number alone. Things that are counted are whole, but for a median between two. */
export function scaled(value: number, { divisor, symbol }: Scale): string {
  if (symbol === '') return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
  return figures(value / divisor);
}

/** The number with its unit, for a sentence: `1.9 µs`. */
export function quantity(value: number, unit: Unit): string {
  const scale = scaleFor(unit, [value]);
  return `${scaled(value, scale)} ${scale.symbol}`.trimEnd();
}
