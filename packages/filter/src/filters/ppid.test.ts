import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('ppid', {
  rows: [
    ['ppid=1', { ppid: 1, tgid: 5 }, { ppid: 5, tgid: 1 }],
    ['ppid!=1', { ppid: 2 }, { ppid: 1 }],
    ['ppid<10', { ppid: 9 }, { ppid: 10 }],
    ['ppid<=10', { ppid: 10 }, { ppid: 11 }],
    ['ppid>10', { ppid: 11 }, { ppid: 10 }],
    ['ppid>=10', { ppid: 10 }, { ppid: 9 }],
  ],
  wrong: [['ppid=a', /column 6.*expected a number/]],
});
