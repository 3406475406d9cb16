import { SpoorError } from './error.js';

/**
 * Returns `value`, which is `undefined` or a number above 0.
 *
 * @throws {SpoorError} INVALID_VALUE if it is 0 or less, or not a number
 *
 * @example
 * ```ts
 * positive(40, 'delayMs'); // 40
 * ```
 */
export function positive(value: number | undefined, name: string): number | undefined {
  if (value === undefined || value > 0) return value;
  throw new SpoorError('INVALID_VALUE', `${name} is ${value}`, { remedy: 'Give a number above 0.' });
}
