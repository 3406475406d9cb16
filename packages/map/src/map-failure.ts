import { errno, errnoName, type RawMap, SpoorError, type SpoorErrorCode } from '@spoor/core';

/**
 * The kernel, or this kind of map, has no such call. Old kernels say EINVAL to a command they do
 * not know.
 */
export function isUnsupported(status: number): boolean {
  return status === -errno.ENOTSUPP || status === -errno.EOPNOTSUPP;
}

/** The map had no room; each kind has its own errno for that. */
function isFull(status: number): boolean {
  return status === -errno.E2BIG || status === -errno.ENOSPC || status === -errno.ENOMEM;
}

/**
 * The entry was not stored: no room, or another CPU held the lock in an interrupt. The map did not
 * change.
 */
export function isNotStored(status: number): boolean {
  return isFull(status) || status === -errno.EBUSY || status === -errno.EAGAIN;
}

/** The code and the remedy of each errno. */
const rows = new Map<number, readonly [code: SpoorErrorCode, remedy: string]>([
  [errno.E2BIG, ['MAP_FULL', 'Delete entries first, or make the map larger before the object is loaded.']],
  [errno.ENOSPC, ['MAP_FULL', 'Delete entries first, or make the map larger before the object is loaded.']],
  [
    errno.ENOMEM,
    ['MAP_FULL', 'The kernel had no free element or no memory: make the map larger, or try again.'],
  ],
  [errno.EPERM, ['NO_PRIVILEGE', 'The map may be read-only or frozen, or this process lacks CAP_BPF.']],
  [errno.EACCES, ['NO_PRIVILEGE', 'The map may be read-only or frozen, or this process lacks CAP_BPF.']],
  [errno.EBADF, ['WRONG_PHASE', 'The object that owns the map is not loaded, or was disposed of.']],
  [errno.ENOTSUPP, ['UNSUPPORTED', 'This kind of map has no such call on this kernel.']],
  [errno.EOPNOTSUPP, ['UNSUPPORTED', 'This kind of map has no such call on this kernel.']],
]);

/**
 * The error for a call that neither succeeded nor missed.
 *
 * @param status what the raw call returned: -errno
 */
export function mapFailure(
  raw: RawMap,
  call: string,
  status: number,
  details: Readonly<Record<string, unknown>> = {},
): SpoorError {
  const number = -status;
  const [code, remedy] = rows.get(number) ?? ['SYSCALL_FAILED' as const, undefined];
  const size = code === 'MAP_FULL' ? ` (${raw.maxEntries} entries at most)` : '';
  return new SpoorError(code, `map ${raw.name}: ${call} failed with ${errnoName(number)}${size}`, {
    call: `${call}(${raw.name})`,
    errno: number,
    details: { map: raw.name, ...details },
    ...(remedy === undefined ? {} : { remedy }),
  });
}
