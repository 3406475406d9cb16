import { expect, it } from 'vitest';
import { oomCode } from './oom-code.js';

const before = [
  '0000000000000000 A fixed_percpu_data',
  'ffffffff81212346 t oom_kill_process.cold',
  'ffffffff8121240a t out_of_memory.cold',
  'ffffffff81596ce0 t __pfx___oom_kill_process',
];
const after = ['ffffffff81598020 T __pfx_pagefault_out_of_memory', 'ffffffff81628910 t slab_out_of_memory'];

it.each([
  [
    ['ffffffff81596cf0 t __oom_kill_process', 'ffffffff81597150 t oom_kill_process'],
    { start: 0xffffffff81596cf0n, end: 0xffffffff81598020n },
  ],
  [['ffffffff81597150 t oom_kill_process.isra.0'], { start: 0xffffffff81597150n, end: 0xffffffff81598020n }],
  [[], { start: 0xffffffff81597b20n, end: 0xffffffff81598020n }],
])('the code of the OOM kill begins at its first function: %j', (functions, expected) => {
  expect(oomCode([...before, ...functions, 'ffffffff81597b20 T out_of_memory', ...after])).toEqual(expected);
});

it.each([
  ['without the functions', [...before, ...after]],
  ['with addresses that the kernel hides', ['0000000000000000 T out_of_memory', '0000000000000000 T next']],
  [
    'with functions that are far apart',
    ['ffffffff81497150 t oom_kill_process', 'ffffffff81597b20 T out_of_memory', ...after],
  ],
  ['that ends early', ['ffffffff81597b20 T out_of_memory']],
])('a list of symbols %s says nothing', (_, symbols) => {
  expect(oomCode(symbols)).toBeUndefined();
});
