import { bitsNumber } from './bits.js';
import type { Architecture, Names } from './names.js';

const accessModes = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'];

/** include/uapi/asm-generic/fcntl.h. A flag that includes another stands before it. */
const common: readonly (readonly [number, string])[] = [
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o4010000, 'O_SYNC'],
  [0o10000, 'O_DSYNC'],
  [0o20000, 'O_ASYNC'],
  [0o1000000, 'O_NOATIME'],
  [0o2000000, 'O_CLOEXEC'],
  [0o10000000, 'O_PATH'],
];

/** That header and arch/arm64/include/uapi/asm/fcntl.h: four flags change places. */
const machineFlags: Readonly<Record<Architecture, readonly (readonly [number, string])[]>> = {
  x64: [
    [0o20200000, 'O_TMPFILE'],
    [0o40000, 'O_DIRECT'],
    [0o100000, 'O_LARGEFILE'],
    [0o200000, 'O_DIRECTORY'],
    [0o400000, 'O_NOFOLLOW'],
  ],
  arm64: [
    [0o20040000, 'O_TMPFILE'],
    [0o200000, 'O_DIRECT'],
    [0o400000, 'O_LARGEFILE'],
    [0o40000, 'O_DIRECTORY'],
    [0o100000, 'O_NOFOLLOW'],
  ],
};

/**
 * Names of open flags: `O_WRONLY|O_CREAT|O_CLOEXEC`. Bits without a name come last, in hexadecimal.
 */
export const openFlags: Names<string> = {
  of: flagsText,
  numberOf(text, machine) {
    const modes = accessModes.map((name, mode) => [name, mode] as const);
    const numbers = [...common, ...machineFlags[machine]].map(([bits, name]) => [name, bits] as const);
    return bitsNumber(text, new Map([...modes, ...numbers]));
  },
  examples: 'O_RDONLY|O_CLOEXEC',
};

function flagsText(flags: number, machine: Architecture): string {
  const names = [accessModes[flags & 3]!];
  let left = (flags & ~3) >>> 0;
  for (const [bits, name] of [...common, ...machineFlags[machine]]) {
    if ((left & bits) >>> 0 !== bits) continue;
    names.push(name);
    left = (left & ~bits) >>> 0;
  }
  if (left !== 0) names.push(`0x${left.toString(16)}`);
  return names.join('|');
}
