import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A cgroup of the test. A scope names it to match the processes of the test only. */
export interface TestCgroup extends Disposable {
  /** The path below the root of the unified hierarchy: `/spoor-test-123`. */
  readonly path: string;
  /** Moves a process into the group. */
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

/** The cgroups of a test, by their paths. */
export interface TestGroups extends Disposable {
  /** Returns the folder of a group. A script writes to `cgroup.procs` there. */
  folder(path: string): string;
}

/**
 * Makes groups, and their parents, below a group that is named after the test.
 *
 * @param controller - makes them in the cgroup v1 hierarchy of this controller. Default: in the
 *   unified hierarchy
 */
export function testGroups(paths: readonly string[], controller?: string): TestGroups {
  const { root, release } = controller === undefined ? unifiedHierarchy() : legacyHierarchy(controller);
  const top = join(root, `spoor-test-${process.pid}-${made++}`);
  const folders = new Set([top]);
  for (const path of paths) {
    const names = path.split('/');
    for (const [index] of names.entries()) folders.add(join(top, ...names.slice(0, index + 1)));
  }
  for (const folder of folders) mkdirSync(folder);
  return {
    folder: (path) => join(top, path),
    [Symbol.dispose]() {
      for (const folder of [...folders].reverse()) rmdirSync(folder);
      release();
    },
  };
}

interface Hierarchy {
  readonly root: string;
  readonly release: () => void;
}

/** Returns the mount point of the unified hierarchy. Mounts it if necessary. */
function unifiedHierarchy(): Hierarchy {
  const mounted = readFileSync('/proc/mounts', 'utf8').match(/^\S+ (\S+) cgroup2 /m)?.[1];
  return mounted === undefined ? mount(['-t', 'cgroup2']) : { root: mounted, release: () => undefined };
}

/** Returns the mount point of a cgroup v1 controller. Mounts it if necessary. */
function legacyHierarchy(controller: string): Hierarchy {
  const options = new RegExp(`^\\S+ (\\S+) cgroup (?:\\S+,)?${controller}[, ]`, 'm');
  const mounted = readFileSync('/proc/mounts', 'utf8').match(options)?.[1];
  return mounted === undefined
    ? mount(['-t', 'cgroup', '-o', controller])
    : { root: mounted, release: () => undefined };
}

function mount(options: readonly string[]): Hierarchy {
  const root = mkdtempSync(join(tmpdir(), 'spoor-cgroup-'));
  execFileSync('mount', [...options, 'none', root]);
  return {
    root,
    release() {
      execFileSync('umount', [root]);
      rmdirSync(root);
    },
  };
}
