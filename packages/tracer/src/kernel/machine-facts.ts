import { readdirSync, readFileSync } from 'node:fs';
import { namespaceInode } from '@spoor/proc/namespaces';

/** Returns the inode of our mount namespace. Without /proc, returns 0: all count as our own. */
export function ownMountNamespace(): number {
  return namespaceInode('mnt') ?? 0;
}

/** Returns the number of processes in /proc, which the size of the process map depends on. */
export function countProcesses(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
}

/** Returns true if a cgroup v1 hierarchy has a controller. Containers may have groups there. */
export function hasLegacyCgroups(): boolean {
  try {
    // Matches `4:memory:/`. Does not match `1:name=systemd:/` (no controller) and `0::/` (v2).
    return /^\d+:(?!name=)[^:]+:/m.test(readFileSync('/proc/self/cgroup', 'utf8'));
  } catch {
    return true;
  }
}

/** Returns true if a file system gives files another device than its superblock has. */
export function hasLayeredFiles(): boolean {
  try {
    return /\t(overlay|btrfs)$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  } catch {
    return true;
  }
}
