import { flagKind } from './kinds-of-fact.js';

export const kind = flagKind({
  summary: 'in a pid namespace other than the first',
  examples: ['container', '!container'],
  fact: 'container',
});
