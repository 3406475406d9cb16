import { nearest, SpoorError } from '@spoor/core';

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The longest time that a timer of Node can wait. */
const longest = 2 ** 31 - 1;

/** `10s`, `1.5m`, `250ms`, `2h`; a bare number is seconds. Milliseconds. */
export function readDuration(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const duration = match === null ? Number.NaN : Number(match[1]) * millisecondsOf[match[2] ?? 's']!;
  if (duration > 0 && duration <= longest) return duration;
  throw invalid(option, text, 'Give a time above zero and up to 24 days, such as 10s, 500ms, 5m or 1h.');
}

const bytesOf: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `8M`, `512K`, `1G`, `4096`: bytes, by powers of 1024. */
export function readSize(text: string, option: string): number {
  const match = /^(\d{1,15})(?:([kmg])(?:i?b)?)?$/i.exec(text);
  if (match === null) throw invalid(option, text, 'Give a number of bytes, such as 4194304, 512K or 8M.');
  return Number(match[1]) * bytesOf[(match[2] ?? '').toLowerCase()]!;
}

/** Digits. What number will do is for the callee to say. */
export function readCount(text: string, option: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalid(option, text, 'Give a whole number.');
  return Number(text);
}

/** One of the names. */
export function readChoice<T extends string>(choices: readonly T[]): (text: string, option: string) => T {
  return (text, option) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    const guess = nearest(text, choices);
    const all = `It is one of ${choices.join(', ')}.`;
    throw invalid(option, text, guess === undefined ? all : `Did you mean ${guess}? ${all}`);
  };
}

/** Kinds of events: names with commas between. */
export function readEvents<Kind extends string>(
  known: readonly Kind[],
): (text: string, option: string) => readonly Kind[] {
  return (text, option) => {
    const names = text.split(',').map((name) => name.trim());
    const isKnown = (name: string): name is Kind => (known as readonly string[]).includes(name);
    for (const name of names) {
      if (isKnown(name)) continue;
      if (name === '') throw invalid(option, text, 'Give names with commas between: exec,open.');
      const guess = nearest(name, known);
      const all = `There are ${known.join(', ')}.`;
      throw new SpoorError('UNKNOWN_EVENT', `There is no event ${JSON.stringify(name)}`, {
        remedy: guess === undefined ? all : `Did you mean ${guess}? ${all}`,
      });
    }
    return [...new Set(names.filter(isKnown))];
  };
}

function invalid(option: string, text: string, remedy: string): SpoorError {
  return new SpoorError('INVALID_VALUE', `${option} cannot be ${JSON.stringify(text)}`, { remedy });
}
