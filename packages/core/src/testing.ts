import { SpoorError } from './error.js';

/**
 * Returns the `SpoorError` that `act` throws, for tests. Rethrows any other error.
 *
 * @throws {Error} when `act` returns
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
