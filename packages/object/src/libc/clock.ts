import { readFileSync, readlinkSync } from 'node:fs';
import { native } from '../ffi/native.js';

/** `CLOCK_REALTIME` and `CLOCK_BOOTTIME` of include/uapi/linux/time.h. */
const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;
/** PROC_TIME_INIT_INO of include/linux/proc_ns.h: the initial time namespace. */
const initialTimeNamespace = 'time:[4026531834]';

const timespec = new BigInt64Array(2);

/**
 * Nanoseconds since boot, suspended time included: the clock that start times of processes and times of events are
 * told by (`bpf_ktime_get_boot_ns`). Node has no call for it. In a time namespace the C library's clock has an offset,
 * which is taken off: the kernel's has none.
 */
export function bootTimeNs(): bigint {
  return readClock(CLOCK_BOOTTIME) - namespaceOffsetNs();
}

/**
 * Returns nanoseconds since 1970 by the wall clock, as it is set now. `performance.timeOrigin` does
 * not follow a change of the wall clock, and `Date.now()` has milliseconds.
 */
export function wallTimeNs(): bigint {
  return readClock(CLOCK_REALTIME);
}

function readClock(clock: number): bigint {
  native().libc.clock_gettime(clock, timespec);
  return timespec[0]! * 1_000_000_000n + timespec[1]!;
}

let offsetNs: bigint | undefined;

/** What the time namespace adds to the boot clock. Read once: a process does not change its time namespace. */
function namespaceOffsetNs(): bigint {
  offsetNs ??= readOffsetNs();
  return offsetNs;
}

function readOffsetNs(): bigint {
  try {
    if (readlinkSync('/proc/self/ns/time') === initialTimeNamespace) return 0n;
    const offsets = readFileSync('/proc/self/timens_offsets', 'latin1');
    const [, seconds = 0, nanoseconds = 0] = /^boottime\s+(-?\d+)\s+(\d+)$/m.exec(offsets) ?? [];
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  } catch {
    // Before Linux 5.5 there are no time namespaces.
    return 0n;
  }
}
