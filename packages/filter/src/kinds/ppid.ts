import { processIdKind } from './kinds-of-fact.js';

export const kind = processIdKind({
  summary: 'the parent process, in the pid namespace of spoor',
  examples: ['ppid=1', 'ppid!=2'],
  fact: 'ppid',
});
