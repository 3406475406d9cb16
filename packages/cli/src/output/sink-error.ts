import { SpoorError } from '@spoor/core';
import { errnoNameOf, type Sink } from './sink.js';

const kept = 'Earlier output is kept.';

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: `Free space on that file system, or write to another one. ${kept}`,
  EDQUOT: `Free space within the quota, or write to another file system. ${kept}`,
  EBADF: 'It is closed, or open for reading only. Redirect it to a file or a pipe.',
  EFBIG: `Raise the limit on the size of files (ulimit -f unlimited). ${kept}`,
};

/** Returns the remedy for a failed write. */
export function writeRemedy(errnoName: string): string {
  return remedies[errnoName] ?? `Write to another file. ${kept}`;
}

/**
 * Joins the errors of several outputs into one. Its code decides the exit status, so it is the
 * first code that is not a closed reader.
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

/** Returns the failure of a sink as an error; undefined while the sink works. */
export function sinkError({ failure, name }: Sink): SpoorError | undefined {
  if (failure === undefined) return undefined;
  const why = errnoNameOf(failure);
  return failure.code === 'EPIPE'
    ? new SpoorError('OUTPUT_CLOSED', `${name} was closed by its reader`, { cause: failure })
    : new SpoorError('OUTPUT_UNWRITABLE', `${name} cannot be written: ${why}`, {
        remedy: writeRemedy(why),
        cause: failure,
      });
}
