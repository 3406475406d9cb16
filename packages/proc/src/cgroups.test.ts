import { expect, it } from 'vitest';
import { cgroupMounts, cgroupOfLines, namesOf, pathBelow } from './cgroups.js';

it.each([
  ['/', []],
  ['/a/b', ['a', 'b']],
  ['//a/./b/', ['a', 'b']],
  ['/a/../b', ['b']],
  ['/../a/..', ['..']],
  ['/../../x', ['..', '..', 'x']],
])('names of %s', (path, names) => {
  expect(namesOf(path)).toEqual(names);
});

it.each([
  ['/', '/', ''],
  ['/', '/a/b', 'a/b'],
  ['/a', '/a/b', 'b'],
  ['/a', '/ab', undefined],
  ['/a', '/', undefined],
  ['/a', '/a/../b', undefined],
  // Seen from a cgroup namespace below.
  ['/..', '/../x', 'x'],
  ['/..', '/x', undefined],
  ['/..', '/../..', undefined],
  ['/../..', '/../x', undefined],
  ['/', '/../x', undefined],
  ['/', '/..', undefined],
])('a mount of %s shows %s at %s', (root, path, below) => {
  expect(pathBelow(root, path)).toBe(below);
});

it('knows the mounts of hierarchies, the last at each place, with its name unescaped', () => {
  const mountinfo = `
23 1 254:0 / / rw - ext4 /dev/vda rw
40 31 0:36 / /sys/fs/cgroup/pids rw shared:9 - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
42 31 0:38 /some\\040group /mnt rw - cgroup2 cgroup2 rw
43 31 0:38 / /gone rw - cgroup2 cgroup2 rw
44 43 0:50 / /gone rw - tmpfs tmpfs rw
45 31 0:38 /x /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;
  expect(cgroupMounts(mountinfo)).toEqual([
    { unified: false, root: '/', point: '/sys/fs/cgroup/pids' },
    { unified: true, root: '/x', point: '/sys/fs/cgroup/unified' },
    { unified: true, root: '/some group', point: '/mnt' },
  ]);
});

it.each([
  ['8:pids:/x\n', /process 7 has no group in the unified hierarchy/],
  ['0::/x (deleted)\n', /the group of process 7 has been removed/],
])('refuses a process whose groups are %j', (lines, problem) => {
  expect(cgroupOfLines(7, lines)).toMatchObject({ problem: expect.stringMatching(problem) });
});
