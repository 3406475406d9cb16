import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('cgroup', {
  rows: [
    // The task's own cgroup or any above it.
    ['cgroup=/web', { cgroups: [9n, 0x1_0000_0001n, 1n] }, { cgroups: [9n, 1n] }],
    ['cgroup=@1234,18446744073709551615', { cgroups: [0xffff_ffff_ffff_ffffn] }, { cgroups: [] }],
    ['cgroup!=5,6', { cgroups: [4n, 7n] }, { cgroups: [4n, 6n] }],
  ],
  wrong: [
    ['cgroup=/a\0', /a text cannot contain a NUL byte/],
    ['cgroup=/nowhere', /no such cgroup on this machine/],
    ['cgroup=web', /expected a number, @PID or a path/],
    ['cgroup=18446744073709551616', /exceeds the maximum/],
  ],
});
