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

/** The mode of a new file: only its owner may read what a command opens and connects to. */
const mode = 0o600;

/** A file that is open for appending. Its contents are unchanged. */
export interface OutputFile {
  readonly path: string;
  readonly fd: number;
  readonly stats: BigIntStats;
  /** True if this call created the file. */
  readonly created: boolean;
  /**
   * True if the path names an open descriptor, such as /dev/stdout. Its contents belong to its
   * opener.
   */
  readonly isDescriptor: boolean;
}

/** An output that is a standard stream of this process. */
interface StandardDescriptor {
  readonly standard: 1 | 2;
}

/**
 * Opens a file for appending. Creates it if it is missing, readable by its owner only. Does not
 * follow links that another user placed. Under sudo a new file belongs to the user who called sudo.
 * Does not block the event loop: a FIFO opens when a reader opens it.
 *
 * @param path as the user wrote it
 * @param options `anew`: for a file that was open before; then a FIFO without a reader is an error
 * @throws {SpoorError} OUTPUT_UNWRITABLE when the file cannot be opened, or another user placed it
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
        // Another process created or removed the file in between, so look again.
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
 * @throws {SpoorError} OUTPUT_UNWRITABLE when the check fails; the descriptor is closed then
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

/**
 * Returns 1 or 2 for a link to the standard output or error of this process. Reopening these fails
 * for a socket, and loses the file position.
 */
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
 * In a folder where every user may create files, an existing file can be a trap. Its owner could
 * read what is written to it, or it could be a second name of a file that only root may change. In
 * sticky folders the kernel has a rule for the first case (fs.protected_regular).
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
    const what = `it belongs to ${ownerName(owner)}, in a folder that every user may write to`;
    throw new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${what}`, { remedy });
  }
  if (stats.isFile() && stats.nlink > 1n) {
    const what = 'it has a second name, and is in a folder that every user may write to';
    throw new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${what}`, { remedy });
  }
}

/**
 * Opens standard output or standard error again, so that the caller can close it.
 *
 * @throws {SpoorError} OUTPUT_UNWRITABLE when it is a socket, which cannot be opened
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

/** Closes an unused file, and removes it if this process created it. */
export async function abandonOutputFile({ path, fd, stats, created }: OutputFile): Promise<void> {
  await closeFile(fd);
  if (!created) return;
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (there !== undefined && isSameFile(there, stats)) unlinkSync(path);
}

export function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** Errors for a lack of resources, whatever the path. */
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
    remedy: 'Give a file that can be created or replaced, or "-" for standard output.',
    ...(cause === undefined ? {} : { cause }),
  });
}
