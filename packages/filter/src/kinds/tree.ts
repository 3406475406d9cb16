import type { FilterKind } from './kind.js';
import { processNameKind } from './kinds-of-fact.js';
import { numberMatches } from './number-values.js';

const process = processNameKind({
  summary:
    'a process, by its id in the pid namespace of spoor, and its descendants: = follows, != leaves out',
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
