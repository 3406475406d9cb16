import { SpoorError } from '@spoor/core';
import { errnoNameOf, type Sink } from './sink.js';

const kept = 'What was written before is there.';

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: `Free space on that file system, or write to another one. ${kept}`,
  EDQUOT: `Free space within the quota, or write to another file system. ${kept}`,
  EFBIG: `Raise the limit on the size of files (ulimit -f unlimited). ${kept}`,
};

/** What to do about a write that failed. */
export function writeRemedy(errnoName: string): string {
  return remedies[errnoName] ?? `Write to another file. ${kept}`;
}

/**
 * One error of all that went wrong with several outputs. It has the code of the first that is more than a reader that has
 * gone, since that is the one that counts for the exit status.
 */
export function joinErrors(errors: readonly (SpoorError | undefined)[]): SpoorError | undefined {
  const found = errors.filter((error) => error !== undefined);
  const [first] = [...found.filter(({ code }) => code !== 'OUTPUT_CLOSED'), ...found];
  if (first === undefined || found.length === 1) return first;
  const messages = [...new Set(found.map(({ message }) => message))];
  return new SpoorError(first.code, messages.join('; '), {
    ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
    cause: first.cause,
  });
}

/** Why a sink takes no more, as an error; undefined while it does. */
export function sinkError({ failure, name }: Sink): SpoorError | undefined {
  if (failure === undefined) return undefined;
  const why = errnoNameOf(failure);
  return failure.code === 'EPIPE'
    ? new SpoorError('OUTPUT_CLOSED', `Nobody reads ${name} any more`, { cause: failure })
    : new SpoorError('OUTPUT_UNWRITABLE', `${name} cannot be written: ${why}`, {
        remedy: writeRemedy(why),
        cause: failure,
      });
}
