/** The values that the steps of a builder take. */
import { SpoorError, typeName } from '@spoor/core';
import { hasTexts, type ValueKind } from '../kinds/kind.js';
import type { FilterValue } from '../scope.js';
import { type Pattern, plain } from './pattern.js';
import { quoted } from './syntax-error.js';

/**
 * Matches texts by their beginning.
 *
 * @example
 * ```ts
 * scope().comm(startsWith('ba')); // comm=ba*
 * ```
 */
export const startsWith = (text: string): Pattern => ({ text, starBefore: false, starAfter: true });

/**
 * Matches texts by their end.
 *
 * @example
 * ```ts
 * scope().exe(endsWith('.sh')); // exe=*.sh
 * ```
 */
export const endsWith = (text: string): Pattern => ({ text, starBefore: true, starAfter: false });

/**
 * Matches numbers from `from` to `to`, both included.
 *
 * @throws {SpoorError} INVALID_VALUE when one is not a whole number
 *
 * @example
 * ```ts
 * scope().uid(between(1000, 1999)); // uid=1000-1999
 * ```
 */
export const between = (from: number | bigint, to: number | bigint): Between => ({
  from: wholeNumber(from),
  to: wholeNumber(to),
});

function wholeNumber(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const got = typeof value === 'number' ? String(value) : typeName(value);
  throw new SpoorError('INVALID_VALUE', `between(): expected whole numbers, got ${got}`, {
    remedy: 'Give numbers up to 2^53, or bigints.',
  });
}

export interface Between {
  readonly from: bigint;
  readonly to: bigint;
}

/** A number, or a name where the kind takes names: `nobody`, `@1234`. */
export type NumberInput = number | bigint | string;

/**
 * Reads a value of a step.
 *
 * @param name - the written name of the filter or field: `uid`, `open.path`
 * @throws {SpoorError} INVALID_VALUE when the value has another type, or does not fit the kind
 */
export function readInput(name: string, kind: ValueKind, input: unknown): FilterValue {
  const pattern = patternOf(input, kind);
  if (pattern === undefined) {
    const got = typeof input === 'number' ? String(input) : typeName(input);
    throw new SpoorError('INVALID_VALUE', `${name}: expected ${kind.expected}, got ${got}`, {
      remedy: hasTexts(kind.shape) ? 'Give a string.' : 'Give a whole number, a bigint or a string.',
    });
  }
  return kind.read({
    ...pattern,
    fail: (problem, remedy) => {
      const said = `${name}: ${quoted(typeof input === 'object' ? pattern.text : String(input))}: ${problem}`;
      throw new SpoorError('INVALID_VALUE', said, remedy === undefined ? {} : { remedy });
    },
  });
}

/** Returns undefined for a value of a type that the kind does not take. */
function patternOf(input: unknown, kind: ValueKind): Pattern | undefined {
  if (typeof input === 'string') return plain(input);
  const {
    from,
    to,
    text,
    starBefore = false,
    starAfter = false,
  } = (input ?? {}) as Partial<Between & Pattern>;
  if (typeof text === 'string') return { text, starBefore, starAfter };
  if (hasTexts(kind.shape)) return undefined;
  // A number is itself, also where digits in a text are octal.
  if (typeof from === 'bigint' && typeof to === 'bigint') return kind.write({ from, to });
  if (typeof input !== 'bigint' && !Number.isSafeInteger(input)) return undefined;
  const number = BigInt(input as bigint | number);
  return kind.write({ from: number, to: number });
}
