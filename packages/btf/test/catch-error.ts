import { SpoorError } from '../src/error.js';

/** The SpoorError that `run` ends with; anything else that it does is a failure of the test. */
export function catchError(run: () => unknown): SpoorError {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error(`expected a SpoorError, got ${String(result)}`);
}
