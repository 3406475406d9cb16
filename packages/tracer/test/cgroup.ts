import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A cgroup of the test's own: what a scope names to see no process but ours. */
export interface TestCgroup extends Disposable {
  /** From the root of the unified hierarchy: `/spoor-test-123`. */
  readonly path: string;
  /** Moves a process in. */
  add(tgid: number): void;
}

let made = 0;

export function testCgroup(): TestCgroup {
  const { root, release } = unifiedHierarchy();
  const path = `/spoor-test-${process.pid}-${made++}`;
  const folder = join(root, path);
  mkdirSync(folder);
  return {
    path,
    add: (tgid) => writeFileSync(join(folder, 'cgroup.procs'), `${tgid}\n`),
    [Symbol.dispose]() {
      rmdirSync(folder);
      release();
    },
  };
}

/** Where the hierarchy is mounted; mounted for the test where it is not. */
function unifiedHierarchy(): { readonly root: string; readonly release: () => void } {
  const mounted = readFileSync('/proc/mounts', 'utf8').match(/^\S+ (\S+) cgroup2 /m)?.[1];
  if (mounted !== undefined) return { root: mounted, release: () => undefined };
  const root = mkdtempSync(join(tmpdir(), 'spoor-cgroup-'));
  execFileSync('mount', ['-t', 'cgroup2', 'none', root]);
  return {
    root,
    release() {
      execFileSync('umount', [root]);
      rmdirSync(root);
    },
  };
}
