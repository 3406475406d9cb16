import { mapTypeOf, type SpoorErrorCode } from '@spoor/core';

/** The shape of a map, in bytes and entries. */
export interface MapShape {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** Why the kernel does not create a map. */
export interface MapFault {
  readonly code: SpoorErrorCode;
  /** Follows the name of the map. */
  readonly problem: string;
  readonly remedy: string;
}

/** Flags of `bpf_map_create`, in linux/bpf.h. */
const flag = {
  BPF_F_NO_PREALLOC: 1 << 0,
  BPF_F_NO_COMMON_LRU: 1 << 1,
  BPF_F_RDONLY: 1 << 3,
  BPF_F_WRONLY: 1 << 4,
  BPF_F_ZERO_SEED: 1 << 6,
  BPF_F_RDONLY_PROG: 1 << 7,
  BPF_F_WRONLY_PROG: 1 << 8,
  BPF_F_MMAPABLE: 1 << 10,
} as const;
type FlagName = keyof typeof flag;

/** `enum bpf_map_type`. */
const kind = {
  hash: 1,
  array: 2,
  programArray: 3,
  perfEventArray: 4,
  perCpuHash: 5,
  perCpuArray: 6,
  cgroupArray: 8,
  lruHash: 9,
  lruPerCpuHash: 10,
  lpmTrie: 11,
  arrayOfMaps: 12,
  hashOfMaps: 13,
  perCpuCgroupStorage: 21,
  queue: 22,
  stack: 23,
  socketStorage: 24,
  ring: 27,
  inodeStorage: 28,
  taskStorage: 29,
  bloomFilter: 30,
  userRing: 31,
  cgroupLocalStorage: 32,
  arena: 33,
} as const;

const hashes: readonly number[] = [
  kind.hash,
  kind.perCpuHash,
  kind.lruHash,
  kind.lruPerCpuHash,
  kind.hashOfMaps,
];
const lru: readonly number[] = [kind.lruHash, kind.lruPerCpuHash];
const perCpu: readonly number[] = [
  kind.perCpuHash,
  kind.perCpuArray,
  kind.lruPerCpuHash,
  kind.perCpuCgroupStorage,
];
const storages: readonly number[] = [
  kind.socketStorage,
  kind.inodeStorage,
  kind.taskStorage,
  kind.cgroupLocalStorage,
];
const arrays: readonly number[] = [
  kind.array,
  kind.programArray,
  kind.perfEventArray,
  kind.perCpuArray,
  kind.cgroupArray,
  kind.arrayOfMaps,
];
/** Kinds whose values are descriptors when they are written. */
const ofDescriptors: readonly number[] = [
  kind.programArray,
  kind.perfEventArray,
  kind.cgroupArray,
  kind.arrayOfMaps,
  kind.hashOfMaps,
];
const withoutKeys: readonly number[] = [kind.queue, kind.stack, kind.bloomFilter];
const withoutEntries: readonly number[] = [kind.ring, kind.userRing, kind.arena];
const needNoPrealloc: readonly number[] = [kind.lpmTrie, ...storages];
const mayBePreallocated: readonly number[] = [...hashes, ...needNoPrealloc];
const mappable: readonly number[] = [kind.array, kind.arena];

/** PCPU_MIN_UNIT_SIZE of include/linux/percpu.h. */
const mostPerCpuBytes = 32_768;
/** MAX_BPF_STACK of include/linux/filter.h: a program has the key on its stack. */
const mostKeyBytes = 512;
/** A prefix length, and 1 to 256 bytes (kernel/bpf/lpm_trie.c). */
const prefixBytes = { least: 5, most: 260 };

/**
 * Finds what is wrong with a map that the kernel does not create, by the kernel's own checks
 * (`map_alloc_check` of each kind). Undefined if nothing is known to be.
 */
export function mapFault(map: MapShape): MapFault | undefined {
  return flagFault(map) ?? sizeFault(map);
}

const has = ({ flags }: MapShape, name: FlagName) => (flags & flag[name]) !== 0;
const bytes = (count: number) => `${count.toLocaleString('en-US')} ${count === 1 ? 'byte' : 'bytes'}`;

function flagFault(map: MapShape): MapFault | undefined {
  const name = mapTypeOf(map.type).name;
  const excluding = [
    ['BPF_F_RDONLY', 'BPF_F_WRONLY'],
    ['BPF_F_RDONLY_PROG', 'BPF_F_WRONLY_PROG'],
  ] as const;
  for (const [one, other] of excluding) {
    if (has(map, one) && has(map, other))
      return wrongFlag(
        `has the flags ${one} and ${other}, which exclude each other`,
        'Leave out one of them.',
      );
  }
  if (needNoPrealloc.includes(map.type) && !has(map, 'BPF_F_NO_PREALLOC'))
    return wrongFlag(
      `lacks the flag BPF_F_NO_PREALLOC, which a map of the kind ${name} needs`,
      'Add __uint(map_flags, BPF_F_NO_PREALLOC) to its definition.',
    );
  const wrong: readonly (readonly [FlagName, boolean])[] = [
    ['BPF_F_NO_PREALLOC', !mayBePreallocated.includes(map.type) || lru.includes(map.type)],
    ['BPF_F_NO_COMMON_LRU', !lru.includes(map.type)],
    ['BPF_F_ZERO_SEED', !hashes.includes(map.type)],
    ['BPF_F_MMAPABLE', !mappable.includes(map.type)],
  ];
  const found = wrong.find(([one, isWrong]) => isWrong && has(map, one));
  return (
    found &&
    wrongFlag(`has the flag ${found[0]}, which a map of the kind ${name} cannot have`, 'Leave it out.')
  );
}

const wrongFlag = (problem: string, remedy: string): MapFault => ({ code: 'MAP_FLAGS', problem, remedy });

function sizeFault({ type, keySize, valueSize }: MapShape): MapFault | undefined {
  if (withoutEntries.includes(type))
    return keySize === 0 && valueSize === 0
      ? undefined
      : wrongSize('has keys or values, which its kind has not', 'Leave out key and value.');
  if (withoutKeys.includes(type) && keySize !== 0)
    return wrongSize(`has keys of ${bytes(keySize)}, and its kind has no keys`, 'Leave out the key.');
  if (!withoutKeys.includes(type) && keySize === 0)
    return wrongSize('has no key', 'Give it the type or the size of a key.');
  if (valueSize === 0) return wrongSize('has no value', 'Give it the type or the size of a value.');
  if (arrays.includes(type) && keySize !== 4)
    return wrongSize(`has keys of ${bytes(keySize)}, and an index has 4`, 'Use __u32 for the key.');
  if (ofDescriptors.includes(type) && valueSize !== 4)
    return wrongSize(`has values of ${bytes(valueSize)}, and a descriptor has 4`, 'Use __u32 for the value.');
  if (perCpu.includes(type) && valueSize > mostPerCpuBytes)
    return wrongSize(
      `has values of ${bytes(valueSize)} for each CPU, and the kernel allows ${bytes(mostPerCpuBytes)}`,
      'Use smaller values, or a map with one entry for each CPU.',
    );
  if (hashes.includes(type) && keySize > mostKeyBytes)
    return wrongSize(
      `has keys of ${bytes(keySize)}, and the kernel allows ${bytes(mostKeyBytes)}`,
      'Use a smaller key.',
    );
  if (type === kind.lpmTrie && (keySize < prefixBytes.least || keySize > prefixBytes.most))
    return wrongSize(
      `has keys of ${bytes(keySize)}, and a key has a __u32 for the prefix length and 1 to 256 bytes`,
      'See struct bpf_lpm_trie_key in linux/bpf.h.',
    );
  return undefined;
}

const wrongSize = (problem: string, remedy: string): MapFault => ({ code: 'MAP_SIZE', problem, remedy });
