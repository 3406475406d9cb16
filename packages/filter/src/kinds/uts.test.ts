import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('uts', {
  rows: [
    ['uts=@1234', { utsns: 404 }, { utsns: 500 }],
    ['uts=7,/run/netns/blue', { utsns: 500 }, { utsns: 8 }],
    ['uts!=4026531840', { utsns: 1 }, { utsns: 4026531840 }],
  ],
  wrong: [
    ['uts=@99', /no such process on this machine/],
    ['uts>1', /operator > is not supported for uts \(use = or !=\)/],
    ['uts=1-2', /expected a number/],
    ['uts=blue', /expected a number, @PID or the path/],
  ],
});
