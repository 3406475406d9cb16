/** Numbers of system calls, from the headers of the C library. */
import { existsSync, readFileSync } from 'node:fs';

/** Calls of 32-bit architectures, in the table that arm64 shares with others. */
const only32 = /^#if defined\(__SYSCALL_COMPAT\) \|\| __BITS_PER_LONG == 32\n[\s\S]*?^#endif/gm;

/**
 * Reads `#define __NR_umask 95`. Of a call whose name depends on the width, the number is that of
 * `__NR3264_…`, and the first of its names is the one on 64 bits.
 *
 * @param {string} header
 * @returns {Map<string, number>} numbers by the names of the calls
 */
export function callsIn(header) {
  const text = header.replace(only32, '');
  const numbers = new Map(
    [...text.matchAll(/^#define (__NR\w*?_\w+)\s+(\d+)$/gm)].map(([, name = '', number]) => [
      name,
      Number(number),
    ]),
  );
  const named = new Set();
  for (const [, name = '', target = ''] of text.matchAll(/^#define (__NR_\w+)\s+(__NR3264_\w+)$/gm)) {
    const number = numbers.get(target);
    if (number !== undefined && !named.has(target)) numbers.set(name, number);
    named.add(target);
  }
  const calls = [...numbers].filter(([name]) => name.startsWith('__NR_') && name !== '__NR_syscalls');
  return new Map(calls.map(([name, number]) => [name.slice('__NR_'.length), number]));
}

/** @param {string} file @returns {string[]} its places on Debian and elsewhere */
const x86 = (file) => [`/usr/include/x86_64-linux-gnu/asm/${file}`, `/usr/include/asm/${file}`];

/**
 * The architectures, in the order of a SYSCALL line in bpf/events/. `calls` is undefined where the
 * header is missing: arm64 machines have no headers of x86.
 */
export const callTables = () =>
  [
    { machine: 'x86-64', paths: x86('unistd_64.h') },
    { machine: 'i386', paths: x86('unistd_32.h') },
    { machine: 'arm64', paths: ['/usr/include/asm-generic/unistd.h'] },
  ].map(({ machine, paths }) => {
    const path = paths.find((one) => existsSync(one));
    return { machine, calls: path === undefined ? undefined : callsIn(readFileSync(path, 'utf8')) };
  });
