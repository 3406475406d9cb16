import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('netns', {
  rows: [
    ['netns=@1234', { netns: 403 }, { netns: 500 }],
    ['netns=7,/run/netns/blue', { netns: 500 }, { netns: 8 }],
    ['netns!=4026531840', { netns: 1 }, { netns: 4026531840 }],
  ],
  wrong: [
    ['netns=@99', /no such process on this machine/],
    ['netns>1', /operator > is not supported for netns \(use = or !=\)/],
    ['netns=1-2', /expected a number/],
    ['netns=blue', /expected a number, @PID or the path/],
  ],
});
