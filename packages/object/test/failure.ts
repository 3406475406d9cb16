import { SpoorError } from '@spoor/core';

/** Runs a call that fails. Returns its error. */
export function failureOf(call: () => unknown): SpoorError {
  try {
    call();
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
