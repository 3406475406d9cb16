/** Checks objects of options, each against a table with one row per option. */
import { SpoorError, type SpoorErrorCode } from './error.js';
import { nearest } from './nearest.js';
import { typeName } from './type-name.js';

/** Describes the valid values of an option. */
export interface Check {
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** Returns true if the value has the right type. */
  readonly isType: (value: unknown) => boolean;
  /** Returns true if a value of the right type is possible. */
  readonly isPossible?: (value: never) => boolean;
  /** The error code for an impossible value. Default: `INVALID_VALUE`. */
  readonly code?: SpoorErrorCode;
  /** The options of a group. */
  readonly group?: Checks<object>;
  /** Copies a value of any type. Default: arrays are copied. */
  readonly copy?: (value: unknown) => unknown;
}

/** One row per option: an option without a check is a type error. */
export type Checks<Options> = Readonly<Record<keyof Required<Options>, Check>>;

/**
 * Returns true for a number, also for NaN.
 *
 * @example
 * ```ts
 * isNumber(5n); // false
 * ```
 */
export const isNumber = (value: unknown): value is number => typeof value === 'number';

/**
 * Returns true for a string.
 *
 * @example
 * ```ts
 * isString('a'); // true
 * ```
 */
export const isString = (value: unknown): value is string => typeof value === 'string';

/**
 * Returns true for an object that is neither null nor an array.
 *
 * @example
 * ```ts
 * isObject([]); // false
 * ```
 */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns true for an array if `isItem` accepts each item.
 *
 * @example
 * ```ts
 * isArrayOf([1, 'a'], isNumber); // false
 * ```
 */
export const isArrayOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

/**
 * Reads each option once, inherited ones too, and checks what it read. A getter cannot return
 * another value after the check.
 *
 * @param where - the call, for messages: `trace()`
 * @returns a copy with the options that are not undefined
 * @throws {SpoorError} UNKNOWN_OPTION; the code of a row, or INVALID_VALUE
 *
 * @example
 * ```ts
 * const depth = { expected: 'a number', isType: (value: unknown) => typeof value === 'number' };
 * checkedCopy('walk()', { depth: 3 }, { depth }); // { depth: 3 }
 * ```
 */
export function checkedCopy<Options extends object>(
  where: string,
  options: Options,
  checks: Checks<Options>,
): Options {
  if (!isObject(options)) {
    const message = `${where}: expected an object of options, got ${typeName(options)}`;
    throw new SpoorError('INVALID_VALUE', message, {
      remedy: `Options are ${Object.keys(checks).join(', ')}.`,
    });
  }
  return copyOfGroup({ where, prefix: '' }, options, checks) as Options;
}

/** Names the call, and the groups that an option lies in: `ringSizes.`. */
interface Place {
  readonly where: string;
  readonly prefix: string;
}

function copyOfGroup(place: Place, options: object, checks: Readonly<Record<string, Check>>): object {
  const names = Object.keys(checks);
  for (const name in options) if (!names.includes(name)) throw unknownOption(place, name, names);
  const given = names.map((name) => [name, (options as Record<string, unknown>)[name]] as const);
  return Object.fromEntries(
    given
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, copyOfOption(place, { name, value, check: checks[name]! })]),
  );
}

interface GivenOption {
  readonly name: string;
  readonly value: unknown;
  readonly check: Check;
}

function copyOfOption({ where, prefix }: Place, { name, value, check }: GivenOption): unknown {
  const { expected, isType, isPossible, code = 'INVALID_VALUE', group, copy = copyOfArray } = check;
  const own = copy(value);
  const isRightType = isType(own);
  if (!isRightType || isPossible?.(own as never) === false) {
    const got = isNumber(own) ? String(own) : typeName(own);
    const message = `${where}: invalid value for ${prefix}${name}: expected ${expected}, got ${got}`;
    throw new SpoorError(isRightType ? code : 'INVALID_VALUE', message, {
      remedy: `Give ${expected}, or leave ${prefix}${name} out.`,
      // A value of another type may be long or secret.
      details: { option: `${prefix}${name}`, expected, ...(isNumber(own) ? { value: own } : {}) },
    });
  }
  const inner = { where, prefix: `${prefix}${name}.` };
  return group === undefined ? own : copyOfGroup(inner, own as object, group);
}

/** A hole of an array becomes undefined. */
const copyOfArray = (value: unknown): unknown => (Array.isArray(value) ? [...value] : value);

function unknownOption({ where, prefix }: Place, name: string, known: readonly string[]): SpoorError {
  const guess = nearest(name, known);
  const names = known.map((one) => `${prefix}${one}`).join(', ');
  return new SpoorError('UNKNOWN_OPTION', `${where}: unknown option ${JSON.stringify(`${prefix}${name}`)}`, {
    remedy: guess === undefined ? `Options are ${names}.` : `Did you mean ${prefix}${guess}?`,
  });
}
