import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('euid', {
  rows: [
    ['euid=0', { euid: 0, uid: 7 }, { euid: 7, uid: 0 }],
    ['euid!=nobody', { euid: 0 }, { euid: 65534 }],
    ['euid<5', { euid: 4 }, { euid: 5 }],
    ['euid<=5', { euid: 5 }, { euid: 6 }],
    ['euid>5', { euid: 6 }, { euid: 5 }],
    ['euid>=1000', { euid: 1000 }, { euid: 999, uid: 1000 }],
    ['euid=0 uid>=1000', { euid: 0, uid: 1000 }, { euid: 0, uid: 0 }],
  ],
  wrong: [['euid=0*', /a star is not supported here/]],
});
