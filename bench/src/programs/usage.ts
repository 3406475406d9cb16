import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time and memory of a program, all its threads together. A command that it runs for somebody
 * else does not count.
 */
export interface Usage {
  /** CPU time, nanoseconds. */
  readonly cpuNs: number;
  /** Memory that it has now, and that it had at most: bytes of RAM, shared pages included. */
  readonly memory: number;
  readonly peakMemory: number;
}

/**
 * Of a `spoor`, its launcher, its witness and Node.js are taken together.
 *
 * @throws when the process has ended
 */
export function usageOf(pid: number): Usage {
  const all = processesOf(pid).map(usageOfOne);
  const sum = (of: (usage: Usage) => number) => all.reduce((total, usage) => total + of(usage), 0);
  return {
    cpuNs: sum(({ cpuNs }) => cpuNs),
    memory: sum(({ memory }) => memory),
    peakMemory: sum(({ peakMemory }) => peakMemory),
  };
}

/** The process, and those of its children that are `spoor` itself. */
export function processesOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.map(Number).filter(isSpoor)];
}

function isSpoor(pid: number): boolean {
  try {
    return /\/bin\/spoor(\.cjs)?\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

function usageOfOne(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuNs: cpuOf(pid),
    memory: kilobytes(status, 'VmRSS') * 1024,
    peakMemory: kilobytes(status, 'VmHWM') * 1024,
  };
}

/**
 * Nanoseconds. The files count in nanoseconds what /proc/PID/stat has in hundredths of a second.
 */
function cpuOf(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).reduce((sum, tid) => sum + runTime(`${folder}/${tid}/schedstat`), 0);
}

function runTime(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0]);
  } catch {
    // The thread has ended meanwhile.
    return 0;
  }
}

/** Bytes of the kernel's memory that the BPF maps take which a program has open. */
export function mapMemoryOf(pid: number): number {
  return processesOf(pid).reduce((sum, one) => sum + mapMemoryOfOne(one), 0);
}

function mapMemoryOfOne(pid: number): number {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).reduce((sum, fd) => {
    const info = readFileSync(`${folder}/${fd}`, 'utf8');
    return /^map_type:/m.test(info) ? sum + Number(/^memlock:\s*(\d+)$/m.exec(info)?.[1] ?? 0) : sum;
  }, 0);
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}
