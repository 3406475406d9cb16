import { SpoorError } from '@spoor/core';

/** The error for a name that an object does not have, with those that it has. */
export function unknownName(
  code: 'CONSTANT_UNKNOWN' | 'MAP_UNKNOWN' | 'PROGRAM_UNKNOWN',
  what: string,
  { of, known }: { readonly of: string; readonly known: Iterable<string> },
): SpoorError {
  return new SpoorError(code, `${of} has no ${what}`, {
    remedy: `There are: ${[...known].join(', ') || 'none'}.`,
  });
}
