import { existsSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { tryRead } from './files.js';
import { initialNamespaces, namespaceInode } from './namespaces.js';

/** The namespaces that this process reads `/proc` from. */
export interface Observer {
  /**
   * Inode number of the pid namespace that process ids are those of; undefined in the initial one.
   */
  readonly pidNamespace: number | undefined;
  /** Nanoseconds that our time namespace adds to boot times in `/proc`; 0 in the initial one. */
  readonly bootOffsetNs: bigint;
}

const observers = new Map<string, Observer>();

/**
 * Returns the namespaces of this process, read once. A `/proc` of another pid namespace is refused,
 * because its ids mean other processes.
 *
 * @param root where `/proc` is
 * @throws {SpoorError} UNSUPPORTED when `/proc` is not mounted or belongs to another pid namespace,
 * or the offset of the time namespace cannot be read
 *
 * @example
 * ```ts
 * // `clockTimeNs` is CLOCK_BOOTTIME of this process.
 * const kernelTimeNs = clockTimeNs - observer().bootOffsetNs;
 * ```
 */
export function observer(root = '/proc'): Observer {
  let known = observers.get(root);
  if (known === undefined) {
    checkOwner(root);
    known = { pidNamespace: ownPidNamespace(root), bootOffsetNs: bootOffsetNs(root) };
    observers.set(root, known);
  }
  return known;
}

/** `NSpid` has an id for each pid namespace from that of the mount down to that of the process. */
function checkOwner(root: string): void {
  const status = tryRead(`${root}/self/status`);
  const ids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number);
  // A kernel without pid namespaces has no such line.
  const isOwn = ids === undefined ? status !== '' : ids.length === 1 && ids[0] === process.pid;
  if (isOwn) return;
  if (!existsSync(`${root}/version`)) {
    throw new SpoorError('UNSUPPORTED', `${root} is not mounted: processes cannot be looked at`, {
      remedy: `Mount it: mount -t proc proc ${root}`,
    });
  }
  throw new SpoorError(
    'UNSUPPORTED',
    `${root} shows the processes of another pid namespace: process ids would mean others`,
    {
      remedy: `Mount the one of this namespace: mount -t proc proc ${root} (unshare --mount-proc does it).`,
    },
  );
}

function ownPidNamespace(root: string): number | undefined {
  const inode = namespaceInode('pid', 'self', root);
  return inode === initialNamespaces.pid ? undefined : inode;
}

/**
 * The `boottime` line of timens_offsets: seconds, nanoseconds. No file: no time namespaces, no
 * offset. The file is about the time namespace of the children; before Linux 6.0 an exec does not
 * enter it.
 */
export function bootOffsetNs(root: string): bigint {
  const line = /^boottime\s+(-?\d+)\s+(\d+)$/m.exec(tryRead(`${root}/self/timens_offsets`));
  if (line === null) return 0n;
  const own = namespaceInode('time', 'self', root);
  if (own === initialNamespaces.time) return 0n;
  if (own !== namespaceInode('time_for_children', 'self', root)) {
    throw new SpoorError('UNSUPPORTED', 'The offsets of this time namespace cannot be read', {
      remedy: 'Start it by unshare --time --fork, so that it runs in the time namespace of its children.',
    });
  }
  return BigInt(line[1]!) * 1_000_000_000n + BigInt(line[2]!);
}
