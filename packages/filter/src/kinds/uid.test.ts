import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('uid', {
  rows: [
    ['uid=0', { uid: 0 }, { uid: 1 }],
    ['uid=1000-1999,nobody', { uid: 65534 }, { uid: 2000 }],
    ['uid!=0,@1234', { uid: 1 }, { uid: 1000 }],
    ['uid<5', { uid: 4 }, { uid: 5 }],
    ['uid<=5', { uid: 5 }, { uid: 6 }],
    ['uid>4294967294', { uid: 4294967295 }, { uid: 4294967294 }],
    ['uid>=1000 uid<2000', { uid: 1000 }, { uid: 2000 }],
    // A set-user-id program has two ids: either may fit.
    ['uid=0', { uid: 1000, euid: 0 }, { uid: 1000, euid: 1000 }],
    ['uid=1000', { uid: 1000, euid: 0 }, { uid: 0, euid: 0 }],
    ['uid!=0', { uid: 1000, euid: 7 }, { uid: 1000, euid: 0 }],
    ['uid>=1000 uid<2000', { uid: 0, euid: 1999 }, { uid: 0, euid: 2000 }],
    ['uid>0 uid!=7', { uid: 1, euid: 0 }, { uid: 1, euid: 7 }],
  ],
  wrong: [
    ['uid=', /column 5: uid: missing value/],
    ['uid=nobdy', /uid='nobdy': no such user on this machine/],
    ['uid=4294967296', /column 5.*exceeds the maximum of 4294967295/],
    ['uid=2-1', /ends before it starts/],
    ['uid=0*', /a star is not supported here/],
    ['uid<1,2', /uid< takes a single number/],
    ['uid=1 uid=2', /column 7: duplicate 'uid='/],
  ],
});
