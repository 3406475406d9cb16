import { native } from '../ffi/native.js';

/** `CLOCK_REALTIME` and `CLOCK_BOOTTIME` of include/uapi/linux/time.h. */
const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;

const timespec = new BigInt64Array(2);

/**
 * Returns nanoseconds since boot by CLOCK_BOOTTIME, suspended time included. Node.js has no call
 * for it. In a time namespace, subtract `observer().bootOffsetNs` of `@spoor/proc` to get the
 * kernel's clock, `bpf_ktime_get_boot_ns`.
 *
 * @example
 * ```ts
 * const ageNs = bootTimeNs() - event.timeNs;
 * ```
 */
export const bootTimeNs = (): bigint => readClock(CLOCK_BOOTTIME);

/**
 * Returns nanoseconds since 1970 by the wall clock, as it is set now. `performance.timeOrigin` does
 * not follow a change of the wall clock, and `Date.now()` has milliseconds.
 *
 * @example
 * ```ts
 * const offsetNs = wallTimeNs() - bootTimeNs();
 * ```
 */
export const wallTimeNs = (): bigint => readClock(CLOCK_REALTIME);

function readClock(clock: number): bigint {
  native().libc.clock_gettime(clock, timespec);
  return timespec[0]! * 1_000_000_000n + timespec[1]!;
}
