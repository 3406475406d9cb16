import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cgroup with little memory, or the reason why there is none. */
export type MemoryGroup = Disposable &
  ({ readonly folder: string } | { readonly folder?: never; readonly reason: string });

/** Makes a cgroup in which processes are killed that use more memory. Swap is not used. */
export function memoryGroup(bytes: number): MemoryGroup {
  const mounts = readFileSync('/proc/mounts', 'utf8');
  const legacy = /^\S+ (\S+) cgroup (?:\S+,)?memory[, ]/m.exec(mounts)?.[1];
  const unified = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (legacy !== undefined) {
    const files = { limit: 'memory.limit_in_bytes', swap: 'memory.swappiness' };
    return groupOf(legacy, files, bytes, () => undefined);
  }
  if (unified === undefined) return none('no cgroup hierarchy is mounted');
  const controllers = join(unified, 'cgroup.subtree_control');
  const has = (file: string) => /\bmemory\b/.test(readFileSync(join(unified, file), 'utf8'));
  if (!has('cgroup.controllers')) return none('no mounted cgroup hierarchy limits memory');
  const isOn = has('cgroup.subtree_control');
  if (!isOn) writeFileSync(controllers, '+memory');
  const files = { limit: 'memory.max', swap: 'memory.swap.max' };
  return groupOf(unified, files, bytes, () => {
    if (!isOn) writeFileSync(controllers, '-memory');
  });
}

function groupOf(
  root: string,
  files: { readonly limit: string; readonly swap: string },
  bytes: number,
  release: () => void,
): MemoryGroup {
  const folder = join(root, `spoor-memory-${process.pid}`);
  mkdirSync(folder);
  writeFileSync(join(folder, files.limit), String(bytes));
  // A kernel without swap accounting has no such file.
  if (existsSync(join(folder, files.swap))) writeFileSync(join(folder, files.swap), '0');
  return {
    folder,
    [Symbol.dispose]() {
      rmdirSync(folder);
      release();
    },
  };
}

const none = (reason: string): MemoryGroup => ({ reason, [Symbol.dispose]: () => undefined });
