import type { Found } from '@spoor/proc';
import type { LeadsTo } from './links.js';

/** The ids of a process; `undefined` if unknown. */
export interface HostProcess {
  readonly uid: number;
  readonly gid: number;
  /** Inode number of `/proc/PID/ns/NAME`. */
  namespace(name: 'mnt' | 'pid' | 'net' | 'uts'): Found<number>;
  /** Id of its group in the unified hierarchy. */
  cgroup(): Found<bigint>;
}

/**
 * Looks names up on a machine. `linuxHost` asks this one; a recording or a test has its own. The
 * result is `undefined` if the name does not exist.
 */
export interface Host {
  user(name: string): number | undefined;
  group(name: string): number | undefined;
  /** Every name that `user` or `group` knows, for suggestions. */
  names(of: 'user' | 'group'): readonly string[];
  process(tgid: number): Found<HostProcess>;
  /** Inode number of the namespace of a file (`/proc/1/ns/net`, `/run/netns/blue`). */
  namespaceFile(path: string): bigint | undefined;
  /** Id of a cgroup by its path in the unified hierarchy, or by the path of its directory. */
  cgroup(path: string): Found<bigint>;
  /**
   * Follows the symbolic links of a path. A missing part stays as written. A relative path starts
   * at the working directory. Without this method, paths are compared as written.
   *
   * @param mountNamespace inode number of the namespace; this process's own by default
   * @returns undefined when that namespace cannot be looked into
   */
  path?(path: string, mountNamespace?: bigint): LeadsTo | undefined;
}
