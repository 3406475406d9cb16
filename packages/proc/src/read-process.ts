import { readdirSync, readFileSync, statSync } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { type Executable, readExecutable, readExeLink } from './executable.js';
import { hasCode, isGone } from './files.js';
import { type NamespaceName, readNamespaces } from './namespaces.js';
import { startTimeOfTicks, ticksOfStartTime } from './start-clock.js';

/** User or group ids, by the kernel's names. */
export interface Ids {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
  readonly fs: number;
}

/** Facts of a process. Ids are those of the reader's pid and user namespace. */
export interface ProcessFacts {
  readonly tgid: number;
  /** Field 22 of `/proc/PID/stat`. */
  readonly startTicks: bigint;
  /**
   * Boot time in ns. `/proc` knows it only to 10 ms: it is the first nanosecond of the tick, unless
   * the caller knew better (see `ReadProcessOptions.startTimeNs`).
   */
  readonly startTimeNs: bigint;
  /** True if `startTimeNs` is the kernel's own value. */
  readonly startIsExact: boolean;
  /** 0 when it has none in this pid namespace. */
  readonly parentTgid: number;
  /** Of the leader. */
  readonly comm: string;
  readonly kernelThread: boolean;
  /** Undefined for a kernel thread, and for a process all of whose threads have exited. */
  readonly executable: Executable | undefined;
  readonly uid: Ids;
  readonly gid: Ids;
  readonly groups: readonly number[];
  /**
   * Inode numbers; undefined where the kernel lacks the namespace, or the process has left it by
   * exiting.
   */
  readonly namespaces: Readonly<Record<NamespaceName, number | undefined>>;
}

export interface ReadProcessOptions {
  /**
   * The start time that the process must have, in ns of boot time, as the kernel's records and
   * events have it.
   */
  readonly startTimeNs?: bigint;
  /** The mount point of procfs; `/proc` by default. */
  readonly root?: string;
}

/** PF_KTHREAD of include/linux/sched.h, in the flags of `/proc/PID/stat`. */
const PF_KTHREAD = 0x0020_0000;
/** Reads of a process that changes its executable meanwhile. */
const ATTEMPTS = 4;

/**
 * Reads a process from `/proc`. The start time, the inode of the folder and the executable are read
 * before and after the rest, and all is read again if they differ. So the facts belong to one
 * process, even if the tgid is reused meanwhile. They belong to one executable, unless it changed
 * at each of four attempts.
 *
 * If the leader has exited and other threads live, the executable and namespaces are theirs.
 *
 * @returns `undefined` if there is no such process
 * @throws {SpoorError} IDENTITY_MISMATCH when the process started in another tick (10 ms) than
 * `startTimeNs`, or `tgid` is the id of a thread; NO_PRIVILEGE when the process is another user's
 *
 * @example
 * ```ts
 * const path = readProcess(process.pid)?.executable?.path;
 * ```
 */
export function readProcess(tgid: number, options: ReadProcessOptions = {}): ProcessFacts | undefined {
  const root = options.root ?? '/proc';
  const folder = `${root}/${tgid}`;
  try {
    let last: ProcessFacts | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = readMark(folder);
      checkStart(tgid, before.stat.startTicks, options.startTimeNs, root);
      const facts = readFacts(tgid, folder, before.stat, options);
      const after = readMark(folder);
      if (!sameProcess(before, after)) continue;
      if (sameExecutable(before, after)) return facts;
      last = facts;
    }
    return last;
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
    throw new SpoorError('NO_PRIVILEGE', `process ${tgid} may not be looked at`, {
      remedy: 'Run as root or as the same user, or grant CAP_SYS_PTRACE.',
      cause: error,
    });
  }
}

/**
 * Reads the clock tick in which a process started.
 *
 * @param root where `/proc` is
 * @returns `undefined` if there is no such process
 *
 * @example
 * ```ts
 * const before = readStartTicks(tgid);
 * const isSameProcess = readStartTicks(tgid) === before;
 * ```
 */
export function readStartTicks(tgid: number, root = '/proc'): bigint | undefined {
  try {
    return readStat(`${root}/${tgid}`).startTicks;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The meaning of a process id. */
export type FoundProcess =
  | { readonly is: 'living'; readonly startTicks: bigint }
  /** All its threads have ended; its parent has not waited for it. */
  | { readonly is: 'zombie' }
  | { readonly is: 'thread'; readonly of: number }
  | { readonly is: 'missing' };

/**
 * Looks up a process id. A thread's id has a folder in `/proc` too, which no listing shows.
 *
 * @param root where `/proc` is
 *
 * @example
 * ```ts
 * if (findProcess(1234).is === 'living') console.log('alive');
 * ```
 */
export function findProcess(id: number, root = '/proc'): FoundProcess {
  const folder = `${root}/${id}`;
  try {
    const { startTicks } = readStat(folder);
    const leader = Number(statusField(readFileSync(`${folder}/status`, 'latin1'), 'Tgid')[0]);
    if (leader !== id) return { is: 'thread', of: leader };
    return hasLivingThread(folder) ? { is: 'living', startTicks } : { is: 'zombie' };
  } catch (error) {
    if (isGone(error)) return { is: 'missing' };
    throw error;
  }
}

function hasLivingThread(folder: string): boolean {
  return readdirSync(`${folder}/task`).some((tid) => {
    try {
      return !isExited(readStat(`${folder}/task/${tid}`));
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  });
}

/** Compared before and after a read. The inode of the folder belongs to one `struct pid`. */
interface Mark {
  readonly stat: Stat;
  readonly inode: bigint;
  readonly exe: Buffer | undefined;
}

function readMark(folder: string): Mark {
  const stat = readStat(folder);
  const { ino } = statSync(folder, { bigint: true });
  return { stat, inode: ino, exe: readExeLink(liveTask(folder, stat)) };
}

function sameProcess(one: Mark, other: Mark): boolean {
  return one.inode === other.inode && one.stat.startTicks === other.stat.startTicks;
}

function sameExecutable(one: Mark, other: Mark): boolean {
  if (one.exe === undefined || other.exe === undefined) return one.exe === other.exe;
  return one.exe.equals(other.exe);
}

function readFacts(tgid: number, folder: string, stat: Stat, options: ReadProcessOptions): ProcessFacts {
  const status = readFileSync(`${folder}/status`, 'latin1');
  const leader = Number(statusField(status, 'Tgid')[0]);
  if (leader !== tgid) {
    throw new SpoorError('IDENTITY_MISMATCH', `${tgid} is a thread of process ${leader}`, {
      remedy: `Ask for ${leader}.`,
    });
  }
  const task = liveTask(folder, stat);
  return {
    tgid,
    startTicks: stat.startTicks,
    startTimeNs: options.startTimeNs ?? startTimeOfTicks(stat.startTicks, options.root ?? '/proc'),
    startIsExact: options.startTimeNs !== undefined,
    parentTgid: stat.parentTgid,
    comm: stat.comm,
    kernelThread: (stat.flags & PF_KTHREAD) !== 0,
    executable: readExecutable(task),
    uid: readIds(status, 'Uid'),
    gid: readIds(status, 'Gid'),
    groups: statusField(status, 'Groups').map(Number),
    namespaces: readNamespaces(task),
  };
}

interface Stat {
  readonly comm: string;
  readonly state: string;
  readonly parentTgid: number;
  readonly flags: number;
  readonly startTicks: bigint;
}

/**
 * proc_pid_stat(5). The comm stands in brackets and may hold anything, brackets and newlines too.
 */
function readStat(folder: string): Stat {
  const bytes = readFileSync(`${folder}/stat`);
  const close = bytes.lastIndexOf(')');
  const fields = bytes.toString('latin1', close + 2).split(' ');
  return {
    comm: bytes.toString('utf8', bytes.indexOf('(') + 1, close),
    state: fields[0]!,
    parentTgid: Number(fields[1]),
    flags: Number(fields[6]),
    startTicks: BigInt(fields[19]!),
  };
}

const isExited = ({ state }: Stat): boolean => state === 'Z' || state === 'X';

/** The folder of the leader, or of a thread that lives when the leader is a zombie. */
function liveTask(folder: string, stat: Stat): string {
  if (!isExited(stat)) return folder;
  for (const tid of readdirSync(`${folder}/task`)) {
    const task = `${folder}/task/${tid}`;
    if (readExeLink(task) !== undefined) return task;
  }
  return folder;
}

function statusField(status: string, name: string): string[] {
  const line = new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return line.split(/\s+/).filter((word) => word !== '');
}

function readIds(status: string, name: 'Uid' | 'Gid'): Ids {
  const [real = 0, effective = 0, saved = 0, fs = 0] = statusField(status, name).map(Number);
  return { real, effective, saved, fs };
}

function checkStart(tgid: number, ticks: bigint, wanted: bigint | undefined, root: string): void {
  if (wanted === undefined) return;
  if (ticksOfStartTime(wanted, root) === ticks) return;
  throw new SpoorError(
    'IDENTITY_MISMATCH',
    `process ${tgid} started at ${startTimeOfTicks(ticks, root)} ns, not at ${wanted} ns: the tgid was used again`,
    { details: { tgid, startTicks: ticks, wantedStartTimeNs: wanted } },
  );
}
