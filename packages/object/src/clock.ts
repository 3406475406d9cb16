import { native } from './ffi/native.js';

/** `CLOCK_BOOTTIME` of include/uapi/linux/time.h. */
const CLOCK_BOOTTIME = 7;

const timespec = new BigInt64Array(2);

/**
 * Nanoseconds since boot, suspended time included: the clock that start times of processes and times of events are
 * told by (`bpf_ktime_get_boot_ns`). Node has no call for it.
 */
export function bootTimeNs(): bigint {
  native().libc.clock_gettime(CLOCK_BOOTTIME, timespec);
  return timespec[0]! * 1_000_000_000n + timespec[1]!;
}
