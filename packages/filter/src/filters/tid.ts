import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary: 'the thread, in the initial pid namespace',
  examples: ['tid=1235', 'tid!=1235'],
  fact: 'tid',
});
