import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('netns', {
  rows: [
    ['netns=@1234', { netns: 403 }, { netns: 500 }],
    ['netns=7,/run/netns/blue', { netns: 500 }, { netns: 8 }],
    ['netns!=4026531840', { netns: 1 }, { netns: 4026531840 }],
  ],
  wrong: [
    ['netns=@99', /there is no process 99 here/],
    ['netns>1', /netns does not know >; it has = !=/],
    ['netns=1-2', /expected a number/],
    ['netns=blue', /expected a number, @PID or the path/],
  ],
});
