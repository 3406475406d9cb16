import { readdirSync, readFileSync, statSync } from 'node:fs';

/** Inode number; 0 without `/proc`: then the mount namespaces of others are not told from ours. */
export function ownMountNamespace(): number {
  return statSync('/proc/self/ns/mnt', { throwIfNoEntry: false })?.ino ?? 0;
}

/** Processes in /proc: a number to size maps by. */
export function countProcesses(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
}

/** Whether a controller is in a hierarchy of cgroup v1, so that containers may have their groups there. */
export function hasLegacyCgroups(): boolean {
  try {
    // `4:memory:/` is such a hierarchy. `1:name=systemd:/` has no controller, and `0::/` is cgroup v2.
    return /^\d+:(?!name=)[^:]+:/m.test(readFileSync('/proc/self/cgroup', 'utf8'));
  } catch {
    return true;
  }
}

/** Whether a file system is there whose files have another device than that of the superblock. */
export function hasLayeredFiles(): boolean {
  try {
    return /\t(overlay|btrfs)$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  } catch {
    return true;
  }
}
