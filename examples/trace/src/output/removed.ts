import { fstatSync } from 'node:fs';
import { SpoorError } from '@spoor/btf';

/** Returns an error if the file of an open descriptor has no name left: what was written to it is lost when it is closed. */
export function removedError(path: string, fd: number): SpoorError | undefined {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile() || stats.nlink > 0n) return undefined;
  return new SpoorError('OUTPUT_UNWRITABLE', `${path} was removed during the trace`, {
    remedy: 'Write to a folder that the traced processes cannot change.',
  });
}
