import {
  type BigIntStats,
  close,
  constants,
  fchownSync,
  fstatSync,
  open,
  openSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { SpoorError } from '@spoor/core';
import { ownerName, sudoPerson, trustedOwners } from './owner.js';
import { errnoNameOf } from './sink.js';
import { findPlace, type Place } from './trusted-place.js';

const openFile = promisify(open);
const closeFile = promisify(close);

/** For the owner alone: what a command opens and connects to is nobody else's business. */
const mode = 0o600;

/** A file that is open for appending. Nothing in it has been changed. */
export interface OutputFile {
  readonly path: string;
  readonly fd: number;
  readonly stats: BigIntStats;
  /** Whether this call made it. */
  readonly created: boolean;
  /** The path names a descriptor that was open already, such as /dev/stdout: what it holds belongs to its opener. */
  readonly isDescriptor: boolean;
}

/** An output that is one of this process's own standard streams. */
interface StandardDescriptor {
  readonly standard: 1 | 2;
}

/**
 * Opens a file for appending and creates it where there is none, readable by its owner alone. Links that somebody else placed
 * are not followed. Under sudo a new file belongs to the person. Does not block the event loop: a FIFO opens when somebody
 * reads it.
 *
 * @param path as a person wrote it
 * @param options `anew`: for a file that was open before; a FIFO without a reader is an error then
 * @throws SpoorError `OUTPUT_UNWRITABLE`
 */
export async function openOutputFile(
  path: string,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<OutputFile | StandardDescriptor> {
  try {
    for (let attempts = 0; ; attempts++) {
      const place = findPlace(path);
      try {
        return await openPlace(path, place, anew ? constants.O_NONBLOCK : 0);
      } catch (error) {
        // Somebody else was quicker to make it, or to remove it: look again.
        const { code } = error as NodeJS.ErrnoException;
        if (attempts === 8 || !(place.found === undefined ? code === 'EEXIST' : code === 'ENOENT'))
          throw error;
      } finally {
        place.close();
      }
    }
  } catch (error) {
    if (error instanceof SpoorError) throw error;
    throw unwritable(path, errnoNameOf(error as NodeJS.ErrnoException), error);
  }
}

async function openPlace(path: string, place: Place, more: number): Promise<OutputFile | StandardDescriptor> {
  const { found, isDescriptor } = place;
  const standard = isDescriptor ? standardDescriptor(place) : undefined;
  if (standard !== undefined) return { standard };
  const created = found === undefined;
  const flags =
    constants.O_WRONLY |
    constants.O_APPEND |
    constants.O_NOCTTY |
    (isDescriptor ? 0 : constants.O_NOFOLLOW) |
    (created ? constants.O_CREAT | constants.O_EXCL : 0) |
    more;
  const fd = await openFile(place.path, flags, mode);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (created) giveToPerson(fd);
    else if (!isDescriptor) checkNotPlaced(path, stats, place.folder);
    return { path, fd, stats, created, isDescriptor };
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

/**
 * Checks a file as `openOutputFile` does. Another process opened it, in a folder that was checked
 * before.
 *
 * @throws SpoorError `OUTPUT_UNWRITABLE`; the descriptor is closed then
 */
export async function openedElsewhere(
  path: string,
  fd: number,
  { folder, owners }: { readonly folder: BigIntStats; readonly owners: ReadonlySet<number> },
): Promise<OutputFile> {
  try {
    const stats = fstatSync(fd, { bigint: true });
    checkNotPlaced(path, stats, folder, owners);
    return { path, fd, stats, created: false, isDescriptor: false };
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

/** 1 or 2 for a link to one's own standard output or error: to open these anew would fail for a socket, and lose the place. */
function standardDescriptor({ path, folder }: Place): 1 | 2 | undefined {
  const number = /\/([12])$/.exec(path)?.[1];
  if (number === undefined) return undefined;
  const own = statSync('/proc/self/fd', { bigint: true });
  return own.ino === folder.ino && own.dev === folder.dev ? (Number(number) as 1 | 2) : undefined;
}

function giveToPerson(fd: number): void {
  const person = sudoPerson();
  if (person !== undefined) fchownSync(fd, person.uid, person.gid);
}

/**
 * Where everybody may create files, one that is there already may have been put there to be written to: by its owner, who would
 * read what is written, or as a second name of a file that only root may change. The kernel has the rule for the first in
 * sticky folders (fs.protected_regular).
 */
function checkNotPlaced(
  path: string,
  stats: BigIntStats,
  folder: BigIntStats,
  owners: ReadonlySet<number> = trustedOwners(),
): void {
  const everybody = 0o002n;
  if (stats.isCharacterDevice() || (folder.mode & everybody) === 0n) return;
  const owner = Number(stats.uid);
  const remedy = 'Remove it first, or write to a folder that only you can change.';
  if (!owners.has(owner)) {
    const what = `it belongs to ${ownerName(owner)}, in a folder that everybody may write to`;
    throw new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${what}`, { remedy });
  }
  if (stats.isFile() && stats.nlink > 1n) {
    const what = 'it has a second name, and is in a folder that everybody may write to';
    throw new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${what}`, { remedy });
  }
}

/**
 * Opens standard output or standard error once more, so that its user can close it.
 *
 * @throws SpoorError `OUTPUT_UNWRITABLE`, for a socket, which cannot be opened
 */
export function openDescriptor(number: 1 | 2, name: string): OutputFile {
  try {
    const fd = openSync(`/proc/self/fd/${number}`, constants.O_WRONLY | constants.O_APPEND);
    const stats = fstatSync(fd, { bigint: true });
    return { path: name, fd, stats, created: false, isDescriptor: true };
  } catch (error) {
    throw unwritable(name, errnoNameOf(error as NodeJS.ErrnoException), error);
  }
}

/** Closes a file that will not be used after all, and removes it if it was made for this. */
export async function abandonOutputFile({ path, fd, stats, created }: OutputFile): Promise<void> {
  await closeFile(fd);
  if (!created) return;
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (there !== undefined && isSameFile(there, stats)) unlinkSync(path);
}

export function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** What this machine has not left, whatever the path. */
const exhausted: Readonly<Record<string, string>> = {
  EMFILE: 'Raise the limit of open files: ulimit -n.',
  ENFILE: 'Close files of other processes, or raise fs.file-max.',
  ENOMEM: 'Free some memory, or raise the memory limit of the cgroup.',
};

export function unwritable(path: string, why: string, cause?: unknown): SpoorError {
  const remedy = exhausted[why];
  if (remedy !== undefined)
    return new SpoorError('SYSCALL_FAILED', `${path} cannot be opened: ${why}`, { remedy, cause });
  return new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${why}`, {
    remedy: 'Give a file that can be made or replaced, or "-" for standard output.',
    ...(cause === undefined ? {} : { cause }),
  });
}
