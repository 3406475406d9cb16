import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary: 'the parent process, in the initial pid namespace',
  examples: ['ppid=1', 'ppid!=2'],
  fact: 'ppid',
});
