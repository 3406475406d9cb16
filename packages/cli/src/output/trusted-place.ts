/** Resolves the path of an output file, and refuses symbolic links that another user placed. */
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readlinkSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { ownerName, trustedOwners } from './owner.js';

/** `O_PATH` of Linux, which Node.js does not define: a descriptor that only names a place. */
const oPath = 0o10000000;
/** The kernel follows as many links. */
const mostLinks = 40;

/** The place that a path leads to. */
export interface Place {
  /** The path for `open`. It stays valid if a folder above it is moved. */
  readonly path: string;
  /** Undefined if the file does not exist yet. */
  readonly found: BigIntStats | undefined;
  /** The folder. */
  readonly folder: BigIntStats;
  /** A descriptor of the folder, until `close`; undefined without procfs. */
  readonly folderFd: number | undefined;
  /** True if the path is a procfs link to an open descriptor, which only the kernel can follow. */
  readonly isDescriptor: boolean;
  /** Closes the folder. */
  close(): void;
}

/**
 * Finds the place of a file. Follows a link only if its owner is root, this user or the user who
 * called sudo.
 *
 * @throws {SpoorError} OUTPUT_UNWRITABLE when another user owns a link; errors of Node.js when a
 *   part of the path cannot be read
 */
export function findPlace(path: string): Place {
  const procfs = procfsDevice();
  const walk = new Walk(procfs === undefined ? path : withoutDeviceLinks(path), procfs !== undefined);
  try {
    for (;;) {
      const name = walk.next();
      const at = walk.at(name);
      const found = lstatSync(at, { bigint: true, throwIfNoEntry: false });
      if (found?.isSymbolicLink()) {
        const isOwn = found.dev === procfs && name === 'self';
        if (!isOwn && !trustedOwners().has(Number(found.uid)))
          throw foreignLink(path, walk.shown(name), found);
        if (found.dev !== procfs) walk.follow(at, found);
        else if (walk.isLast) return walk.end(at, { found, isDescriptor: true });
        else walk.enter(name, constants.O_DIRECTORY);
      } else if (walk.isLast) {
        return walk.end(at, { found, isDescriptor: false });
      } else {
        // The folder may have become a link in the meantime.
        walk.enter(name, constants.O_DIRECTORY | constants.O_NOFOLLOW);
      }
    }
  } catch (error) {
    walk.close();
    throw error;
  }
}

/**
 * Maps the links in /dev to their targets. In a user namespace, /dev and /proc/self seem to belong
 * to nobody, because root of the machine is unknown there.
 */
function withoutDeviceLinks(path: string): string {
  return path
    .replace(/^\/dev\/fd\//, '/proc/self/fd/')
    .replace(/^\/dev\/stdout$/, '/proc/self/fd/1')
    .replace(/^\/dev\/stderr$/, '/proc/self/fd/2');
}

/** The device of procfs; undefined if it is not mounted, or shows another pid namespace. */
function procfsDevice(): bigint | undefined {
  if (process.platform !== 'linux') return undefined;
  return lstatSync('/proc/self/fd', { bigint: true, throwIfNoEntry: false })?.dev;
}

/** The current folder, and the names that remain. */
class Walk {
  /** With procfs, the folder is an open descriptor, so that another process cannot replace it. */
  readonly #byDescriptor: boolean;
  #fd = -1;
  #folder: string;
  /** The path as written, with links replaced, for messages. */
  #shown: string;
  readonly #left: string[];
  #links = 0;

  constructor(path: string, byDescriptor: boolean) {
    this.#byDescriptor = byDescriptor;
    this.#left = namesOf(path);
    this.#folder = path.startsWith('/') ? '/' : '.';
    this.#shown = path.startsWith('/') ? '/' : '';
    this.#open(this.#folder, constants.O_DIRECTORY);
  }

  get isLast(): boolean {
    return this.#left.length === 0;
  }

  next(): string {
    return this.#left.pop() ?? '.';
  }

  at(name: string): string {
    return this.#byDescriptor ? `/proc/self/fd/${this.#fd}/${name}` : `${this.#folder}/${name}`;
  }

  shown(name: string): string {
    return `${this.#shown}${name}`;
  }

  enter(name: string, flags: number): void {
    this.#open(this.at(name), flags);
    this.#shown += `${name}/`;
  }

  follow(at: string, found: BigIntStats): void {
    if (++this.#links > mostLinks) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
    const target = readlinkSync(at);
    const after = lstatSync(at, { bigint: true });
    // A link can be replaced but not changed. A different inode means that its owner was not
    // checked.
    if (after.ino !== found.ino || after.ctimeNs !== found.ctimeNs)
      throw Object.assign(new Error('the link was replaced'), { code: 'EAGAIN' });
    this.#left.push(...namesOf(target));
    if (!target.startsWith('/')) return;
    this.#open('/', constants.O_DIRECTORY);
    this.#shown = '/';
  }

  end(path: string, about: Pick<Place, 'found' | 'isDescriptor'>): Place {
    const folder = lstatSync(this.at('.'), { bigint: true });
    const folderFd = this.#fd < 0 ? undefined : this.#fd;
    return { ...about, path, folder, folderFd, close: () => this.close() };
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #open(path: string, flags: number): void {
    this.#folder = path;
    if (!this.#byDescriptor) return;
    const fd = openSync(path, oPath | flags);
    this.close();
    this.#fd = fd;
  }
}

/**
 * Returns the names, last first. A path with a slash at the end is a folder, so it ends with `.`.
 */
function namesOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (/(^|\/)\.?$/.test(path)) names.push('.');
  return names.reverse();
}

function foreignLink(path: string, link: string, { uid }: BigIntStats): SpoorError {
  return new SpoorError(
    'OUTPUT_UNWRITABLE',
    `${path} cannot be written: ${link} is a symbolic link that belongs to ${ownerName(Number(uid))}`,
    { remedy: 'Remove the link, or write to a folder that only you can change.' },
  );
}
