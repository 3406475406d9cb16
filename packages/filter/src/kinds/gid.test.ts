import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('gid', {
  rows: [
    ['gid=daemon,7', { gid: 1 }, { gid: 0 }],
    ['gid!=@1234', { gid: 1 }, { gid: 1001 }],
    ['gid=daemon', { gid: 7, egid: 1 }, { gid: 7, egid: 7 }],
    ['gid<1', { gid: 0 }, { gid: 1 }],
    ['gid<=1', { gid: 1 }, { gid: 2 }],
    ['gid>1', { gid: 2 }, { gid: 1 }],
    ['gid>=1', { gid: 1 }, { gid: 0 }],
  ],
  wrong: [['gid=nobody', /no such group on this machine/]],
});
