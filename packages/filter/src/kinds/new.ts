import { flagKind } from './kinds-of-fact.js';

export const kind = flagKind({
  summary: 'started or executed since the trace began',
  examples: ['new', '!new'],
  fact: 'isNew',
});
