import { tryReadBytes } from './files.js';
import { bootOffsetNs } from './observer.js';

/**
 * Converts between the start times of the kernel and those in `/proc`. The kernel has nanoseconds
 * of boot time (`task->group_leader->start_boottime`). Field 22 of `/proc/PID/stat` has clock ticks
 * of it (1/100 s), rounded down, as seen from the time namespace of the reader (Linux 5.5).
 */
interface StartClock {
  /** Nanoseconds per tick. */
  readonly tickNs: bigint;
  /** Nanoseconds that the reader's time namespace adds to boot time. */
  readonly offsetNs: bigint;
}

const clocks = new Map<string, StartClock>();

/** The clock of this process, read once. */
function startClock(root: string): StartClock {
  let clock = clocks.get(root);
  if (clock === undefined) {
    clock = { tickNs: 1_000_000_000n / ticksPerSecond(root), offsetNs: bootOffsetNs(root) };
    clocks.set(root, clock);
  }
  return clock;
}

/** Returns the first nanosecond of the tick in which a process started. */
export function startTimeOfTicks(ticks: bigint, root: string): bigint {
  const { tickNs, offsetNs } = startClock(root);
  return BigInt.asIntN(64, ticks * tickNs) - offsetNs;
}

/**
 * Returns the tick that `/proc/PID/stat` shows for a start time of the kernel.
 *
 * @param startTimeNs nanoseconds of boot time, as in the kernel's records and events
 * @param root where `/proc` is
 *
 * @example
 * ```ts
 * const isSame = readStartTicks(tgid) === ticksOfStartTime(event.startTimeNs);
 * ```
 */
export function ticksOfStartTime(startTimeNs: bigint, root = '/proc'): bigint {
  const { tickNs, offsetNs } = startClock(root);
  // The kernel divides without a sign.
  return BigInt.asUintN(64, startTimeNs + offsetNs) / tickNs;
}

/** AT_CLKTCK of the auxiliary vector: 64-bit pairs of type and value. 100 if it cannot be read. */
function ticksPerSecond(root: string): bigint {
  const AT_CLKTCK = 17n;
  const bytes = tryReadBytes(`${root}/self/auxv`);
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    if (bytes.readBigUInt64LE(at) === AT_CLKTCK) return bytes.readBigUInt64LE(at + 8) || 100n;
  }
  return 100n;
}
