import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('mntns', {
  rows: [
    ['mntns=@1234', { mntns: 401 }, { mntns: 500 }],
    ['mntns=7,/run/netns/blue', { mntns: 500 }, { mntns: 8 }],
    ['mntns!=4026531840', { mntns: 1 }, { mntns: 4026531840 }],
  ],
  wrong: [
    ['mntns=@99', /no such process on this machine/],
    ['mntns>1', /operator > is not supported for mntns \(use = or !=\)/],
    ['mntns=1-2', /expected a number/],
    ['mntns=blue', /expected a number, @PID or the path/],
    // Every accepted value can be printed and parsed again.
    ['mntns="/a\\\0"', /a text cannot contain a NUL byte/],
    ['mntns=/a\ud800', /lone surrogate/],
  ],
});
