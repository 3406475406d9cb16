import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('tid', {
  rows: [
    // 0xffffffff: a task that our pid namespace does not contain. It has no id, and stands in no
    // order to those that do.
    ['tid!=10', { tid: 0xffff_ffff }, { tid: 10 }],
    ['tid>10', { tid: 11 }, { tid: 0xffff_ffff }],
    ['tid>=0', { tid: 0 }, { tid: 0xffff_ffff }],
    ['tid=0-4194304', { tid: 4194304 }, { tid: 0xffff_ffff }],
    ['tid=11', { tgid: 10, tid: 11 }, { tgid: 11, tid: 10 }],
    ['tid!=11', { tid: 10 }, { tid: 11 }],
    ['tid<10', { tid: 9 }, { tid: 10 }],
    ['tid<=10', { tid: 10 }, { tid: 11 }],
    ['tid>10', { tid: 11 }, { tid: 10 }],
    ['tid>=10', { tid: 10 }, { tid: 9 }],
  ],
  wrong: [['tid=-1', /column 5.*expected a number/]],
});
