import { expect, test } from 'vitest';
import { filterKindSuite } from '../../test/filter-kind.js';
import { taskFacts } from '../facts.js';
import { parseScope } from '../grammar/parse.js';
import { matchesScope, scopeExcludes, scopeFollows } from '../reference/match.js';

filterKindSuite('tree', {
  rows: [
    ['tree=10,12', { tgid: 12 }, { tgid: 11 }],
    // != marks who is out; of who is in it says nothing.
    ['tree=10 tree!=20', { tgid: 10 }, { tgid: 20 }],
  ],
  wrong: [['tree>1', /operator > is not supported for tree/]],
});

test('tree= follows, tree!= excludes', () => {
  expect(scopeFollows(parseScope('tree=1'))).toBe(true);
  const without = parseScope('tree!=20');
  expect(scopeFollows(without)).toBe(false);
  expect(matchesScope(without, taskFacts({ tgid: 20 }))).toBe(true);
  expect(scopeExcludes(without, taskFacts({ tgid: 20 }))).toBe(true);
  expect(scopeExcludes(without, taskFacts({ tgid: 21 }))).toBe(false);
});
