import { knownErrnoName } from '@spoor/core';

/** Returns the name of a positive errno as events show it: `ENOENT` for 2. A number without a name stays a number. */
export const errorName = (errno: number): string => knownErrnoName(errno) ?? String(errno);
