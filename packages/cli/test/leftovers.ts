import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { programs } from '@spoor/bpf';

/** The kernel keeps 15 bytes of the name of a program. */
const ours = new Set(Object.keys(programs).map((name) => name.slice(0, 15)));

interface Loaded {
  readonly id: number;
  readonly name?: string;
  readonly prog_id?: number;
}

function list(what: 'prog' | 'link'): Loaded[] {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const output = execFileSync('bpftool', ['-j', what, 'show'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return JSON.parse(output) as Loaded[];
}

/** Returns the ids of the programs and links that a process holds: `prog 12`, `link 3`. */
function heldBy(pid: number | string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => heldByDescriptor(pid, fd));
  } catch {
    // The process has ended.
    return [];
  }
}

function heldByDescriptor(pid: number | string, fd: string): string[] {
  try {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    if (!/^anon_inode:\[?bpf[-_](prog|link)/.test(target)) return [];
    const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    return [...info.matchAll(/^(prog|link)_id:\s*(\d+)/gm)].map(([, what, id]) => `${what} ${id}`);
  } catch {
    // The process has closed it in the meantime, and holds the others.
    return [];
  }
}

const processes = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/**
 * Returns programs of spoor, and links to them, that no living process holds: they were pinned or
 * leaked. Another trace on this machine holds its own programs.
 */
function orphans(): string[] {
  const programsOfOurs = list('prog').filter(({ name }) => name !== undefined && ours.has(name));
  const ids = new Set(programsOfOurs.map(({ id }) => id));
  const links = list('link').filter(({ prog_id: id }) => id !== undefined && ids.has(id));
  const held = new Set(processes().flatMap(heldBy));
  return [...programsOfOurs.map(({ id }) => `prog ${id}`), ...links.map(({ id }) => `link ${id}`)].filter(
    (one) => !held.has(one),
  );
}

/** Returns true if a `spoor`, or the Node.js of its launcher, holds programs. */
export function holdsPrograms(pid: number): boolean {
  return [pid, ...childrenOf(pid)].some((one) => heldBy(one).some((held) => held.startsWith('prog ')));
}

/** Returns the children of a process. */
export function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    // The process has ended in the meantime.
    return [];
  }
}

/**
 * Returns the orphans that remain after a wait. The kernel frees a program some grace periods after
 * its last holder.
 */
export async function lastingOrphans(): Promise<string[]> {
  let left = orphans();
  for (let tries = 0; left.length > 0 && tries < 100; tries++) {
    await setTimeout(100);
    const now = new Set(orphans());
    left = left.filter((orphan) => now.has(orphan));
  }
  return left;
}

/** Returns true if a signal is pending for the whole process. */
export function isPending(pid: number, signal: number): boolean {
  const pending = /^ShdPnd:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${pending}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** Returns the processes with this text in their command line. */
export function processesWith(mark: string): number[] {
  return processes()
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    });
}

/** Waits until a condition is true. The timeout of the test is the limit. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await setTimeout(20);
}
