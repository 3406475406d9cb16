import { filterKindSuite } from '../../test/filter-kind.js';

filterKindSuite('new', {
  rows: [
    ['new', { isNew: 1 }, { isNew: 0 }],
    ['!new', { isNew: 0 }, { isNew: 1 }],
  ],
  wrong: [['new=yes', /column 5: new takes only true or false/]],
});
