import { inspect } from 'node:util';
import { SpoorError } from '@spoor/core';

/** The values that one field of a target takes. */
export interface Field {
  /** As in TypeScript. */
  readonly shown: string;
  readonly optional: boolean;
  fits(value: unknown): boolean;
}

/** One check per field of a target. */
export type Fields<T> = { readonly [Name in keyof T]-?: Field };

const field = (shown: string, fits: Field['fits']): Field => ({ shown, fits, optional: false });
const isText = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && !value.includes('\0');
const isWhole = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fff_ffff;

export const text = field('string', isText);
export const texts = field(
  'string | string[]',
  (value) => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText)),
);
export const flag = field('boolean', (value) => typeof value === 'boolean');
/** A number that the kernel takes as an `int` of at least 0. */
export const whole = field('number', isWhole);
/** Bytes in a file or a function. */
export const bytes = field('number', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
export const signed = field('number', (value) => Number.isInteger(value) && value === (value as number) >> 0);
export const unsigned64 = field('bigint | number', isUnsigned64);
export const unsigned64s = field(
  '(bigint | number)[]',
  (value) => Array.isArray(value) && value.every(isUnsigned64),
);
/** A name or a path, or a number that stands for it. */
export const textOrWhole = field('string | number', (value) => isText(value) || isWhole(value));

export const oneOf = (...values: readonly string[]): Field =>
  field(values.map((value) => `'${value}'`).join(' | '), (value) => values.includes(value as string));

/** Something that has a descriptor, such as a map or a program. */
export const holder = (shown: string): Field =>
  field(shown, (value) => typeof value === 'object' && value !== null && 'fd' in value && isWhole(value.fd));

export const optional = (required: Field): Field => ({ ...required, optional: true });

function isUnsigned64(value: unknown): boolean {
  if (typeof value === 'bigint') return value === BigInt.asUintN(64, value);
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The target as TypeScript would declare it: `{ name: string, cookie?: bigint | number }`. */
export function shownFields(fields: Readonly<Record<string, Field>>): string {
  const all = Object.entries(fields).map(
    ([name, { shown, optional: left }]) => `${name}${left ? '?' : ''}: ${shown}`,
  );
  return all.length === 0 ? '{}' : `{ ${all.join(', ')} }`;
}

/**
 * Checks the target of a program.
 *
 * @param program its name and section, for the message
 * @throws {SpoorError} INVALID_VALUE that says which target the program wants
 */
export function checkTarget<T extends object>(
  program: string,
  fields: Fields<T>,
  target: unknown,
): asserts target is T {
  const why = fault(fields as Readonly<Record<string, Field>>, target);
  if (why === undefined) return;
  throw new SpoorError('INVALID_VALUE', `${program} cannot be attached to this target: ${why}`, {
    remedy: `Call attach(${shownFields(fields as Readonly<Record<string, Field>>)}).`,
  });
}

function fault(fields: Readonly<Record<string, Field>>, target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null) return `it is ${inspect(target)}, not an object`;
  for (const name of Object.keys(target)) {
    if (!Object.hasOwn(fields, name)) return `there is no field '${name}'`;
  }
  for (const [name, { fits, shown, optional: left }] of Object.entries(fields)) {
    const value: unknown = Reflect.get(target, name);
    if (value === undefined && left) continue;
    if (value === undefined) return `${name} is missing`;
    if (!fits(value)) return `${name} is ${inspect(value, { depth: 0 })}, not ${shown}`;
  }
  return undefined;
}
