import { processIdKind } from './kinds-of-fact.js';

export const kind = processIdKind({
  summary: 'the process (thread-group id), in the pid namespace of spoor',
  examples: ['pid=1234', 'pid!=1', 'pid>=300 pid<400'],
  fact: 'tgid',
});
