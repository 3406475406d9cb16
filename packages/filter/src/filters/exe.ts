import { textKind } from './kinds-of-fact.js';

export const kind = textKind({
  summary: 'the path of the binary that the process runs; empty for kernel threads',
  examples: ['exe=/bin/ls', 'exe=/usr/bin/*', 'exe=*.sh', 'exe!=/usr/*,/opt/*'],
  // FILTER_TEXT_MAX and FILTER_TAIL_MAX of bpf/filters/facts.h, less the NUL that ends a whole text.
  maxWhole: 251,
  maxEnd: 128,
  why: ', the most that can be compared in the kernel',
  fact: (facts) => facts.exe,
});
