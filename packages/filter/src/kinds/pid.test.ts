import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('pid', {
  rows: [
    // 0xffffffff: a task that our pid namespace does not contain. It has no id, and stands in no
    // order to those that do.
    ['pid!=10', { tgid: 0xffff_ffff }, { tgid: 10 }],
    ['pid>10', { tgid: 11 }, { tgid: 0xffff_ffff }],
    ['pid>=0', { tgid: 0 }, { tgid: 0xffff_ffff }],
    ['pid=0-4194304', { tgid: 4194304 }, { tgid: 0xffff_ffff }],
    // The thread's own id is another matter: pid is the process.
    ['pid=10', { tgid: 10, tid: 11 }, { tgid: 11, tid: 10 }],
    ['pid!=10', { tgid: 11, tid: 10 }, { tgid: 10, tid: 11 }],
    ['pid<10', { tgid: 9 }, { tgid: 10 }],
    ['pid<=10', { tgid: 10 }, { tgid: 11 }],
    ['pid>10', { tgid: 11 }, { tgid: 10 }],
    ['pid>=10', { tgid: 10 }, { tgid: 9 }],
  ],
  wrong: [
    ['pid=4194305', /exceeds the maximum of 4194304/],
    ['pid=init', /column 5.*expected a number/],
    ['pid=new', /column 5.*expected a number/],
  ],
});
