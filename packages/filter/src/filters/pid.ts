import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary: 'the process (thread-group id), in the initial pid namespace',
  examples: ['pid=1234', 'pid!=1', 'pid>=300 pid<400'],
  fact: 'tgid',
});
