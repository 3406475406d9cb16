import { fstatSync } from 'node:fs';
import { SpoorError } from '@spoor/core';

/** Returns an error if the open file has no name left: its contents are lost when it is closed. */
export function removedError(path: string, fd: number): SpoorError | undefined {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile() || stats.nlink > 0n) return undefined;
  return new SpoorError('OUTPUT_UNWRITABLE', `${path} was removed during the trace`, {
    remedy: 'Write to a folder that the traced processes cannot change.',
  });
}
