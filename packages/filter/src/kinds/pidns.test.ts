import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('pidns', {
  rows: [
    ['pidns=@1234', { pidns: 402 }, { pidns: 500 }],
    ['pidns=7,/run/netns/blue', { pidns: 500 }, { pidns: 8 }],
    ['pidns!=4026531840', { pidns: 1 }, { pidns: 4026531840 }],
  ],
  wrong: [
    ['pidns=@99', /no such process on this machine/],
    ['pidns>1', /operator > is not supported for pidns \(use = or !=\)/],
    ['pidns=1-2', /expected a number/],
    ['pidns=blue', /expected a number, @PID or the path/],
  ],
});
