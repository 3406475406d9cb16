import { knownErrnoName } from '@spoor/core';
import { type Names, namesOf, numbersTo } from './names.js';

/** Returns the name of a positive errno: `ENOENT` for 2. A number without a name stays a number. */
export function errorName(errno: number): string {
  return knownErrnoName(errno) ?? String(errno);
}

/** Names of positive error numbers. */
export const errors: Names<string> = namesOf(errorName, numbersTo(530, 1), 'ENOENT, EACCES');
