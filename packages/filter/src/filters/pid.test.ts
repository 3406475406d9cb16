import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('pid', {
  rows: [
    // The thread's own id is another matter: pid is the process.
    ['pid=10', { tgid: 10, tid: 11 }, { tgid: 11, tid: 10 }],
    ['pid!=10', { tgid: 11, tid: 10 }, { tgid: 10, tid: 11 }],
    ['pid<10', { tgid: 9 }, { tgid: 10 }],
    ['pid<=10', { tgid: 10 }, { tgid: 11 }],
    ['pid>10', { tgid: 11 }, { tgid: 10 }],
    ['pid>=10', { tgid: 10 }, { tgid: 9 }],
  ],
  wrong: [
    ['pid=init', /column 5.*expected a number/],
    ['pid=new', /column 5.*expected a number/],
  ],
});
