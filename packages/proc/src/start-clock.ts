import { readFileSync } from 'node:fs';
import { bootOffsetNs } from './observer.js';

/**
 * How `/proc` writes a process's start time, beside how the kernel keeps it. The kernel has nanoseconds of boot time
 * (`task->group_leader->start_boottime`); field 22 of `/proc/PID/stat` has clock ticks of it (1/100 s), rounded
 * down, as seen from the time namespace of who reads (kernel 5.5).
 */
export interface StartClock {
  /** Nanoseconds of one tick. */
  readonly tickNs: bigint;
  /** What the reader's time namespace adds to boot time. */
  readonly offsetNs: bigint;
}

const clocks = new Map<string, StartClock>();

/** The clock of this process, read once. `root` is where `/proc` is. */
export function startClock(root: string): StartClock {
  let clock = clocks.get(root);
  if (clock === undefined) {
    clock = { tickNs: 1_000_000_000n / ticksPerSecond(root), offsetNs: bootOffsetNs(root) };
    clocks.set(root, clock);
  }
  return clock;
}

/** The first nanosecond of the tick in which a process started. */
export function ticksToNs(clock: StartClock, ticks: bigint): bigint {
  return BigInt.asIntN(64, ticks * clock.tickNs) - clock.offsetNs;
}

/** The tick that `/proc` shows for a start time of the kernel's. The kernel divides without a sign. */
export function nsToTicks(clock: StartClock, startTimeNs: bigint): bigint {
  return BigInt.asUintN(64, startTimeNs + clock.offsetNs) / clock.tickNs;
}

/** AT_CLKTCK of the auxiliary vector: 64-bit pairs of type and value. 100 wherever it cannot be read. */
function ticksPerSecond(root: string): bigint {
  const AT_CLKTCK = 17n;
  const bytes = tryRead(`${root}/self/auxv`);
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    if (bytes.readBigUInt64LE(at) === AT_CLKTCK) return bytes.readBigUInt64LE(at + 8) || 100n;
  }
  return 100n;
}

function tryRead(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
