import { constants } from 'node:os';

/** Kernel-internal or libbpf's own numbers that reach user space and are not in errno.h (libbpf's from `libbpf_legacy.h`). */
const extra: Readonly<Record<number, string>> = {
  524: 'ENOTSUPP',
  4000: 'LIBBPF_LIBELF',
  4001: 'LIBBPF_FORMAT',
  4002: 'LIBBPF_KVERSION',
  4003: 'LIBBPF_ENDIAN',
  4004: 'LIBBPF_INTERNAL',
  4005: 'LIBBPF_RELOC',
};

const names = new Map<number, string>([
  ...Object.entries(constants.errno).map(([name, number]): [number, string] => [number, name]),
  ...Object.entries(extra).map(([number, name]): [number, string] => [Number(number), name]),
  // EAGAIN and EWOULDBLOCK, ENOTSUP and EOPNOTSUPP share a number: keep the usual name.
  [constants.errno.EAGAIN, 'EAGAIN'],
  [constants.errno.EOPNOTSUPP, 'EOPNOTSUPP'],
]);

export const errno = constants.errno;

/** What the kernel answers where the kind of a thing has no such operation; not in errno.h. */
export const ENOTSUPP = 524;

/** `ENOENT` for 2 or -2; the bare number when it has no name. */
export function errnoName(number: number): string {
  const positive = Math.abs(number);
  return names.get(positive) ?? `errno ${positive}`;
}
