import { SpoorError } from '@spoor/btf';
import { expect } from 'vitest';

/** The SpoorError that `act` throws; a failure of the test when it throws none. */
export function errorOf(act: () => unknown): SpoorError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SpoorError);
  return thrown as SpoorError;
}
