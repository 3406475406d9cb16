import type { FilterKind } from './kind.js';
import { idKind } from './kinds-of-fact.js';
import { numberMatches } from './number-values.js';

const process = idKind({
  summary: 'a process and all that descends from it: = follows it, != leaves it out',
  examples: ['tree=1234', 'tree=1 tree!=500,600'],
  fact: 'tgid',
});

export const kind: FilterKind<'id'> = {
  ...process,
  engine: 'subtree',
  follows: true,
  /** `!=` says nothing of who is in: it marks who is out, and marks are inherited. */
  matches: (comparison, facts) => comparison.operator === '!=' || process.matches(comparison, facts),
  excludes: ({ operator, values }, facts) =>
    operator === '!=' && numberMatches({ operator: '=', values }, facts.tgid),
};
