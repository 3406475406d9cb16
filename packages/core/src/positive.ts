import { SpoorError } from './error.js';

/**
 * Returns `value`, which is `undefined` or a number above 0.
 *
 * @throws {SpoorError} INVALID_VALUE when it is another number
 */
export function positive(value: number | undefined, name: string): number | undefined {
  if (value === undefined || value > 0) return value;
  throw new SpoorError('INVALID_VALUE', `${name} is ${value}`, { remedy: 'Give a number above 0.' });
}
