import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('ppid', {
  rows: [
    // 0xffffffff: a task that our pid namespace does not contain. It has no id, and stands in no
    // order to those that do.
    ['ppid!=10', { ppid: 0xffff_ffff }, { ppid: 10 }],
    ['ppid>10', { ppid: 11 }, { ppid: 0xffff_ffff }],
    ['ppid>=0', { ppid: 0 }, { ppid: 0xffff_ffff }],
    ['ppid=0-4194304', { ppid: 4194304 }, { ppid: 0xffff_ffff }],
    ['ppid=1', { ppid: 1, tgid: 5 }, { ppid: 5, tgid: 1 }],
    ['ppid!=1', { ppid: 2 }, { ppid: 1 }],
    ['ppid<10', { ppid: 9 }, { ppid: 10 }],
    ['ppid<=10', { ppid: 10 }, { ppid: 11 }],
    ['ppid>10', { ppid: 11 }, { ppid: 10 }],
    ['ppid>=10', { ppid: 10 }, { ppid: 9 }],
  ],
  wrong: [['ppid=a', /column 6.*expected a number/]],
});
