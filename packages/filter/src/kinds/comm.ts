import { textKind } from './kinds-of-fact.js';

export const kind = textKind({
  summary: 'the name of the task, of which the kernel keeps 15 bytes',
  examples: ['comm=node,npm', 'comm=ba*', 'comm!=*-helper'],
  maxWhole: 15,
  maxEnd: 15,
  why: ', the most that the kernel keeps of a task name',
  isCut: true,
  fact: 'comm',
});
