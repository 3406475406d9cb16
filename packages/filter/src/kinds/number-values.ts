import type { Names } from '@spoor/bpf/events';
import { type Pattern, plain, type WrittenPattern } from '../grammar/pattern.js';
import type { NameResolver } from '../resolve/names.js';
import type { FilterValue, NumberRange, Operator } from '../scope.js';
import type { Comparison, ValueKind } from './kind.js';
import { failUnlessBytes } from './text-values.js';

export const u32Max = 0xffff_ffffn;
export const u64Max = 0xffff_ffff_ffff_ffffn;

const allOperators: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];

export interface NumberValuesOptions {
  /** The maximum; the minimum is `min` or 0. */
  readonly max: bigint;
  readonly min?: bigint;
  readonly names?: NameResolver;
  /**
   * Names of numbers, which do not depend on this machine's users or processes: `inet`, `SIGTERM`.
   */
  readonly words?: Names;
}

/** Numbers with every operator and ranges. */
export const numberValues = (options: NumberValuesOptions): ValueKind<'number'> => ({
  shape: 'number',
  operators: allOperators,
  ...readers(options, true),
});

/** Numbers without an order: no ranges. */
export const idValues = (options: NumberValuesOptions): ValueKind<'id'> => ({
  shape: 'id',
  operators: ['=', '!='],
  ...readers(options, false),
});

function readers({ max, min = 0n, names, words }: NumberValuesOptions, ranges: boolean) {
  const examples = words === undefined ? undefined : `a name like ${words.examples}`;
  const expected = [ranges ? 'a number, a range like 10-20' : 'a number', names?.expected, examples]
    .filter((part) => part !== undefined)
    .join(', ');
  const inRange = (written: WrittenPattern, digits: string) => {
    if (words?.octal && !/^[0-7]+$/.test(digits)) written.fail('is not an octal number');
    const value = BigInt(words?.octal ? `0o${digits}` : digits);
    if (value > max) written.fail(`exceeds the maximum of ${max}`);
    if (value < min) written.fail(`is below the minimum of ${min}`);
    return value;
  };
  return {
    expected,
    ...(names === undefined ? {} : { names }),
    read(written: WrittenPattern): FilterValue {
      if (written.starBefore || written.starAfter)
        written.fail(`a star is not supported here; expected ${expected}`);
      const { text } = written;
      const single = /^-?\d{1,20}$/.test(text);
      if (single && (min < 0n || !text.startsWith('-'))) {
        const value = inRange(written, text);
        return { from: value, to: value };
      }
      const range = ranges ? /^(-?\d{1,20})-(-?\d{1,20})$/.exec(text) : null;
      if (range) {
        const [from, to] = [inRange(written, range[1]!), inRange(written, range[2]!)];
        if (from > to) written.fail('the range ends before it starts', `Write ${to}-${from}.`);
        return { from, to };
      }
      failUnlessBytes(written);
      if (names?.accepts(text)) return { name: text };
      const number = words?.numberOf(text, machine);
      if (number !== undefined) return { from: BigInt(number), to: BigInt(number) };
      return written.fail(`expected ${expected}`);
    },
    write: (value: FilterValue): Pattern => plain(wordOf(value, words) ?? numberText(value, words)),
  };
}

const machine = process.arch === 'arm64' ? 'arm64' : 'x64';

/** Returns the name of a single number, if the name leads back to it. */
function wordOf(value: FilterValue, words: Names | undefined): string | undefined {
  if (words === undefined || !('from' in value) || value.from !== value.to) return undefined;
  const word = words.of(Number(value.from), machine);
  return word !== null && words.numberOf(word, machine) === Number(value.from) ? word : undefined;
}

function numberText(value: FilterValue, words: Names | undefined): string {
  if ('name' in value) return value.name;
  if ('text' in value) throw new TypeError('expected a number, found a text');
  const [from, to] = [value.from, value.to].map((number) => number.toString(words?.octal ? 8 : 10));
  return value.from === value.to ? from! : `${from}-${to}`;
}

/** Returns the range of a resolved value. */
export function rangeOf(value: FilterValue): NumberRange {
  if ('from' in value) return value;
  throw new TypeError(`${'name' in value ? value.name : value.text} is not a resolved number`);
}

/**
 * Compiles a comparison of numbers: the one definition of all operators. Values must be resolved.
 * JavaScript compares bigints and numbers exactly.
 */
export function numberTest({ operator, values }: Comparison): (fact: number | bigint) => boolean {
  const ranges = values.map(rangeOf);
  const bound = ranges[0]?.from ?? 0n;
  const isNamed = (fact: number | bigint) => ranges.some(({ from, to }) => from <= fact && fact <= to);
  switch (operator) {
    case '=':
      return isNamed;
    case '!=':
      return (fact) => !isNamed(fact);
    case '<':
      return (fact) => fact < bound;
    case '<=':
      return (fact) => fact <= bound;
    case '>':
      return (fact) => fact > bound;
    case '>=':
      return (fact) => fact >= bound;
  }
}

/** Compares one number. */
export const numberMatches = (comparison: Comparison, fact: number | bigint): boolean =>
  numberTest(comparison)(fact);
