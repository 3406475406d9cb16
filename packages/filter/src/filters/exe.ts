import { textKind } from './kinds-of-fact.js';
import { kernelTextMax } from './text-values.js';

export const kind = textKind({
  summary: 'the path of the binary that the process runs, symbolic links resolved; empty for kernel threads',
  examples: ['exe=/bin/ls', 'exe=/usr/bin/*', 'exe=*.sh', 'exe!=/usr/*,/opt/*'],
  maxWhole: kernelTextMax.whole,
  maxEnd: kernelTextMax.end,
  why: ', the most that can be compared in the kernel',
  fact: 'exe',
});
