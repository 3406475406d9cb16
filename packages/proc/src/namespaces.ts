import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { isGone } from './files.js';

/** The namespaces that a process can be in. */
export const namespaceNames = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const;

/** The name of a namespace, as in `/proc/PID/ns/`. */
export type NamespaceName = (typeof namespaceNames)[number];

/**
 * Inode numbers of initial namespaces: `include/uapi/linux/nsfs.h` since Linux 6.18, before that
 * `include/linux/proc_ns.h`. The mount and network namespaces have a fixed number since 6.18 only.
 */
export const initialNamespaces = {
  pid: 0xefff_fffc,
  mnt: 0xefff_fff8,
  user: 0xefff_fffd,
  cgroup: 0xefff_fffb,
  time: 0xefff_fffa,
  net: 0xefff_fff9,
} as const;

/** Reads a link like `mnt:[4026531841]`. */
function readLink(folder: string, name: string): number {
  return Number(/\[(\d+)\]/.exec(readlinkSync(`${folder}/ns/${name}`))?.[1]);
}

/**
 * Reads the inode numbers of all namespaces of the task whose folder in `/proc` this is. One that
 * the kernel lacks, or that belongs to a task that has ended, is undefined.
 *
 * @throws {Error} EACCES if the task belongs to another user
 *
 * @example
 * ```ts
 * const { net } = readNamespaces('/proc/self');
 * console.log(typeof net);
 * ```
 */
export function readNamespaces(folder: string): Record<NamespaceName, number | undefined> {
  const inodes = namespaceNames.map((name) => {
    try {
      return [name, readLink(folder, name)] as const;
    } catch (error) {
      if (isGone(error)) return [name, undefined] as const;
      throw error;
    }
  });
  return Object.fromEntries(inodes) as Record<NamespaceName, number | undefined>;
}

/**
 * Returns the inode number of a namespace of a task.
 *
 * @param name a namespace; `time_for_children` too
 * @param task a process id, or `self`
 * @param root where `/proc` is
 * @returns `undefined` if the kernel lacks the namespace, the task is gone or it may not be read
 *
 * @example
 * ```ts
 * const shared = namespaceInode('net', 1) === namespaceInode('net');
 * ```
 */
export function namespaceInode(
  name: NamespaceName | 'time_for_children',
  task: number | 'self' = 'self',
  root = '/proc',
): number | undefined {
  try {
    return readLink(`${root}/${task}`, name);
  } catch {
    return undefined;
  }
}

/**
 * Returns the inode number of the namespace that a file stands for.
 *
 * @param path such as `/proc/1/ns/net` or `/run/netns/blue`
 * @returns `undefined` for any other file
 *
 * @example
 * ```ts
 * const blue = namespaceOfFile('/run/netns/blue');
 * ```
 */
export function namespaceOfFile(path: string): bigint | undefined {
  const file = tryStat(path);
  // All namespace files are on one file system, nsfs.
  return file !== undefined && file.dev === tryStat('/proc/self/ns/mnt')?.dev ? file.ino : undefined;
}

/**
 * Returns a directory that shows the files of a mount namespace, as a process in it sees them.
 *
 * @param inode number of the mount namespace
 * @returns empty for the namespace of this process; `undefined` if no process is in the namespace
 *
 * @example
 * ```ts
 * const root = mountNamespaceRoot(4_026_532_200n);
 * if (root !== undefined) console.log(readFileSync(`${root}/etc/hostname`, 'utf8'));
 * ```
 */
export function mountNamespaceRoot(inode: bigint): string | undefined {
  if (BigInt(namespaceInode('mnt') ?? 0) === inode) return '';
  const tgid = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && BigInt(namespaceInode('mnt', Number(name)) ?? 0) === inode,
  );
  return tgid === undefined ? undefined : `/proc/${tgid}/root`;
}

function tryStat(path: string) {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
