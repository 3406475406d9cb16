/** Helpers for tests. */
import { SpoorError } from './error.js';

/**
 * Returns the `SpoorError` that `act` throws, for tests. Rethrows any other error.
 *
 * @throws {Error} when `act` returns
 *
 * @example
 * ```ts
 * expect(errorOf(() => parseScope('uid=')).code).toBe('SCOPE_SYNTAX');
 * ```
 */
export function errorOf(act: () => unknown): SpoorError {
  let result: unknown;
  try {
    result = act();
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error(`expected a SpoorError, got ${String(result)}`);
}

/**
 * Returns a generator of pseudo-random numbers (xorshift32), for tests that must be repeatable.
 *
 * @returns a function of `below` that returns a whole number from 0 to `below` - 1
 *
 * @example
 * ```ts
 * const random = seededRandom(1);
 * const dice = random(6) + 1;
 * ```
 */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
