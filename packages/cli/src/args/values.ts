import { nearest, SpoorError } from '@spoor/core';

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The longest delay of a Node.js timer, in milliseconds. */
const longest = 2 ** 31 - 1;

/**
 * Parses `10s`, `1.5m`, `250ms` or `2h`. A number without a unit is seconds.
 * @returns milliseconds
 */
export function readDuration(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const duration = match === null ? Number.NaN : Number(match[1]) * millisecondsOf[match[2] ?? 's']!;
  if (duration > 0 && duration <= longest) return duration;
  throw invalid(option, text, 'Values: a time above zero and up to 24 days, such as 10s, 500ms, 5m or 1h.');
}

const bytesOf: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Parses `8M`, `512K`, `1G` or `4096`. Units are powers of 1024. Returns bytes. */
export function readSize(text: string, option: string): number {
  const match = /^(\d{1,15})(?:([kmg])(?:i?b)?)?$/i.exec(text);
  if (match === null) throw invalid(option, text, 'Values: a number of bytes, such as 4194304, 512K or 8M.');
  return Number(match[1]) * bytesOf[(match[2] ?? '').toLowerCase()]!;
}

/** Parses digits. The range is checked where the number is used. */
export function readCount(text: string, option: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalid(option, text, 'Values: a whole number.');
  return Number(text);
}

/** Parses names separated by commas. They are checked where they are used. */
export const readNames = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

/** Parses process ids separated by commas. Returns the scope that follows them. */
export function readPids(text: string, option: string): string {
  if (/^[1-9]\d{0,9}(,[1-9]\d{0,9})*$/.test(text)) return `tree=${text}`;
  throw invalid(option, text, 'Values: process ids, such as 4711 or 4711,4712.');
}

/** Returns a parser that accepts one of these names. */
export function readChoice<T extends string>(choices: readonly T[]): (text: string, option: string) => T {
  return (text, option) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    const guess = nearest(text, choices);
    const all = `Values: ${choices.join(', ')}.`;
    throw invalid(option, text, guess === undefined ? all : `Did you mean ${guess}? ${all}`);
  };
}

/** The event kinds that an option can name. */
export interface NamedKinds<Kind extends string> {
  readonly known: readonly Kind[];
  /** The kinds without the option. */
  readonly usual: readonly Kind[];
}

/**
 * Returns a parser that accepts a comma-separated list of event kinds. `all`, `default` and the
 * groups stand for several.
 *
 * @param groups names for several kinds, of which those that are not known are left out
 */
export function readEvents<Kind extends string>(
  { known, usual }: NamedKinds<Kind>,
  groups: Readonly<Record<string, readonly string[]>>,
): (text: string, option: string) => readonly Kind[] {
  const isKnown = (name: string): name is Kind => (known as readonly string[]).includes(name);
  const kindsOf = new Map<string, readonly Kind[]>([
    ['all', known],
    ['default', usual],
    ...Object.entries(groups).map(([group, kinds]) => [group, kinds.filter(isKnown)] as const),
    ...known.map((kind) => [kind, [kind]] as const),
  ]);
  return (text, option) => {
    const names = text.split(',').map((name) => name.trim());
    for (const name of names) {
      if (kindsOf.has(name)) continue;
      if (name === '')
        throw invalid(option, text, 'Values: event names separated by commas, such as exec,open.');
      const all = [...kindsOf.keys()];
      const guess = nearest(name, all);
      const values = `Values: ${all.join(', ')}.`;
      throw new SpoorError('UNKNOWN_EVENT', `unknown event '${name}'`, {
        remedy: guess === undefined ? values : `Did you mean ${guess}? ${values}`,
      });
    }
    return [...new Set(names.flatMap((name) => kindsOf.get(name) ?? []))];
  };
}

function invalid(option: string, text: string, remedy: string): SpoorError {
  return new SpoorError('INVALID_VALUE', `invalid value '${text}' for ${option}`, { remedy });
}
