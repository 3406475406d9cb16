import { processIdKind } from './kinds-of-fact.js';

export const kind = processIdKind({
  summary: 'the thread, in the pid namespace of spoor',
  examples: ['tid=1235', 'tid!=1235'],
  fact: 'tid',
});
