import type { Found } from '@spoor/proc';
import type { LeadsTo } from './links.js';

/** What the ids of a process are; each undefined where it cannot be known. */
export interface HostProcess {
  readonly uid: number;
  readonly gid: number;
  /** Inode number of `/proc/PID/ns/NAME`. */
  namespace(name: 'mnt' | 'pid' | 'net' | 'uts'): Found<number>;
  /** Id of its group in the unified hierarchy. */
  cgroup(): Found<bigint>;
}

/**
 * What names stand for on a machine. `linuxHost` asks this one; a recording or a test brings its own.
 * An `undefined` says that there is no such thing.
 */
export interface Host {
  user(name: string): number | undefined;
  group(name: string): number | undefined;
  /** Every name that `user` or `group` knows, for suggestions. */
  names(of: 'user' | 'group'): readonly string[];
  process(tgid: number): Found<HostProcess>;
  /** Inode number of the namespace that the file at `path` stands for (`/proc/1/ns/net`, `/run/netns/blue`). */
  namespaceFile(path: string): bigint | undefined;
  /** Id of a cgroup by its path in the unified hierarchy, or by the path of its directory. */
  cgroup(path: string): Found<bigint>;
  /**
   * Where a path leads once its symbolic links are followed. What does not exist is in it as it was written. A relative
   * path starts at the working directory. Without this method a path stands for nothing but itself.
   *
   * @param mountNamespace inode number of the namespace to look in; this process's own by default
   * @returns undefined when that namespace cannot be looked into
   */
  path?(path: string, mountNamespace?: bigint): LeadsTo | undefined;
}
