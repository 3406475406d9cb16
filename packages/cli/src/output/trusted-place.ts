/** Walks a path to where a file is to be written, and refuses symbolic links that somebody else has placed. */
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readlinkSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { ownerName, trustedOwners } from './owner.js';

/** `O_PATH` of Linux, which Node.js does not name: a descriptor that only stands for the place. */
const oPath = 0o10000000;
/** As many links as the kernel follows. */
const mostLinks = 40;

/** Where a path leads. */
export interface Place {
  /** What `open` takes. It stays true when somebody moves a folder above it. */
  readonly path: string;
  /** Undefined where there is nothing yet. */
  readonly found: BigIntStats | undefined;
  /** The folder. */
  readonly folder: BigIntStats;
  /** A descriptor of it, until `close`; undefined without procfs. */
  readonly folderFd: number | undefined;
  /** Whether it is a link of procfs to an open descriptor, which only the kernel can follow. */
  readonly isDescriptor: boolean;
  /** Lets go of the folder. */
  close(): void;
}

/**
 * Finds the place of a file. A link is followed if its owner is root, this process, or the person behind sudo.
 *
 * @throws SpoorError `OUTPUT_UNWRITABLE` for a link of anybody else; errors of Node.js for what cannot be looked at
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
        // What was a folder a moment ago may be a link by now.
        walk.enter(name, constants.O_DIRECTORY | constants.O_NOFOLLOW);
      }
    }
  } catch (error) {
    walk.close();
    throw error;
  }
}

/**
 * Where the links in /dev lead. In a user namespace they and /proc/self seem to belong to nobody, since root of the machine
 * is unknown there.
 */
function withoutDeviceLinks(path: string): string {
  return path
    .replace(/^\/dev\/fd\//, '/proc/self/fd/')
    .replace(/^\/dev\/stdout$/, '/proc/self/fd/1')
    .replace(/^\/dev\/stderr$/, '/proc/self/fd/2');
}

/** The device of procfs; undefined where it is not mounted, or shows another process-id namespace. */
function procfsDevice(): bigint | undefined {
  if (process.platform !== 'linux') return undefined;
  return lstatSync('/proc/self/fd', { bigint: true, throwIfNoEntry: false })?.dev;
}

/** The folder that was reached, and the names that are left. */
class Walk {
  /** With procfs the folder is an open descriptor, so that nobody can put another one in its place. */
  readonly #byDescriptor: boolean;
  #fd = -1;
  #folder: string;
  /** For messages: the way as it was written, links replaced. */
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
    // A link cannot be changed, only replaced: then this is not the one whose owner was looked at.
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

/** Last first. A path that ends with a slash is that of a folder, `.` in it. */
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
