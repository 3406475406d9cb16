import { expect, test } from 'vitest';
import { type MapShape, mapFault } from './map-fault.js';

const hash: MapShape = { type: 1, keySize: 4, valueSize: 8, maxEntries: 16, flags: 0 };
const array: MapShape = { ...hash, type: 2 };

test.each<[string, MapShape, string, string]>([
  [
    'an LPM trie that is preallocated',
    { ...hash, type: 11, keySize: 8 },
    'MAP_FLAGS',
    'lacks the flag BPF_F_NO_PREALLOC',
  ],
  ['a storage that is preallocated', { ...hash, type: 29 }, 'MAP_FLAGS', 'lacks the flag BPF_F_NO_PREALLOC'],
  [
    'flags that exclude each other',
    { ...hash, flags: 0x180 },
    'MAP_FLAGS',
    'BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG',
  ],
  [
    'flags for user space that exclude each other',
    { ...hash, flags: 0x18 },
    'MAP_FLAGS',
    'BPF_F_RDONLY and BPF_F_WRONLY',
  ],
  [
    'an LRU without preallocation',
    { ...hash, type: 9, flags: 1 },
    'MAP_FLAGS',
    'has the flag BPF_F_NO_PREALLOC',
  ],
  ['an array without preallocation', { ...array, flags: 1 }, 'MAP_FLAGS', 'has the flag BPF_F_NO_PREALLOC'],
  ['lists of a CPU without an LRU', { ...hash, flags: 2 }, 'MAP_FLAGS', 'has the flag BPF_F_NO_COMMON_LRU'],
  ['a hash to be mapped', { ...hash, flags: 0x400 }, 'MAP_FLAGS', 'has the flag BPF_F_MMAPABLE'],
  ['an array with a seed', { ...array, flags: 0x40 }, 'MAP_FLAGS', 'has the flag BPF_F_ZERO_SEED'],
  ['large values per CPU', { ...array, type: 6, valueSize: 40_000 }, 'MAP_SIZE', '32,768 bytes'],
  ['an array with long keys', { ...array, keySize: 8 }, 'MAP_SIZE', 'an index has 4'],
  ['a hash with long keys', { ...hash, keySize: 513 }, 'MAP_SIZE', '512 bytes'],
  ['a trie with short keys', { ...hash, type: 11, flags: 1 }, 'MAP_SIZE', 'prefix length'],
  ['a queue with keys', { ...hash, type: 22 }, 'MAP_SIZE', 'no keys'],
  ['a hash without keys', { ...hash, keySize: 0 }, 'MAP_SIZE', 'has no key'],
  ['a hash without values', { ...hash, valueSize: 0 }, 'MAP_SIZE', 'has no value'],
  ['a ring with values', { ...hash, type: 27 }, 'MAP_SIZE', 'keys or values'],
  ['an array of programs with large values', { ...array, type: 3 }, 'MAP_SIZE', 'a descriptor has 4'],
])('%s', (_, map, code, message) => {
  expect(mapFault(map)).toMatchObject({ code, problem: expect.stringContaining(message) });
});

test.each<[string, MapShape]>([
  ['a hash', hash],
  ['a hash without preallocation', { ...hash, flags: 1 }],
  ['an array to be mapped', { ...array, flags: 0x400 }],
  ['values of 32 KiB per CPU', { ...array, type: 6, valueSize: 32_768 }],
  ['a trie', { ...hash, type: 11, keySize: 20, flags: 1 }],
  ['a queue', { ...hash, type: 22, keySize: 0 }],
  ['a ring', { ...hash, type: 27, keySize: 0, valueSize: 0 }],
  ['a kind of the future', { ...hash, type: 99 }],
])('%s has no fault', (_, map) => {
  expect(mapFault(map)).toBeUndefined();
});
