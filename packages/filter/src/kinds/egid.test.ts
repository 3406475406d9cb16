import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('egid', {
  rows: [
    ['egid=daemon', { egid: 1, gid: 7 }, { egid: 7, gid: 1 }],
    ['egid!=0', { egid: 1 }, { egid: 0 }],
    ['egid<1', { egid: 0 }, { egid: 1 }],
    ['egid<=1', { egid: 1 }, { egid: 2 }],
    ['egid>1', { egid: 2 }, { egid: 1 }],
    ['egid>=1', { egid: 1 }, { egid: 0 }],
  ],
  wrong: [['egid=0*', /a star is not supported here/]],
});
