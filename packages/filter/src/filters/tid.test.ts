import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('tid', {
  rows: [
    ['tid=11', { tgid: 10, tid: 11 }, { tgid: 11, tid: 10 }],
    ['tid!=11', { tid: 10 }, { tid: 11 }],
    ['tid<10', { tid: 9 }, { tid: 10 }],
    ['tid<=10', { tid: 10 }, { tid: 11 }],
    ['tid>10', { tid: 11 }, { tid: 10 }],
    ['tid>=10', { tid: 10 }, { tid: 9 }],
  ],
  wrong: [['tid=-1', /column 5.*expected a number/]],
});
