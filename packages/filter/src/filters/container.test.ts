import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('container', {
  rows: [
    ['container', { container: 1 }, { container: 0 }],
    ['!container', { container: 0 }, { container: 1 }],
  ],
  wrong: [
    ['container=5', /column 11: container takes no value but true and false/],
    ['container<1', /container takes no value/],
  ],
});
