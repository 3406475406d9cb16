import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { programs } from '@spoor/bpf';

/** The kernel keeps 15 bytes of a program's name. */
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

/** Ids of the programs and links that a process holds: `prog 12`, `link 3`. */
function heldBy(pid: number | string): string[] {
  const held: string[] = [];
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (!/^anon_inode:\[?bpf[-_](prog|link)/.test(target)) continue;
      const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
      for (const [, what, id] of info.matchAll(/^(prog|link)_id:\s*(\d+)/gm)) held.push(`${what} ${id}`);
    }
  } catch {
    // It has ended meanwhile, or closed the descriptor.
  }
  return held;
}

const processes = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/**
 * Programs of ours, and links to them, that no process holds any more: somebody pinned or leaked them. Other traces may be
 * running on this machine; what a living process holds is its own.
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

/** Whether a `spoor`, or the Node.js that its launcher has started, holds programs. */
export function holdsPrograms(pid: number): boolean {
  return [pid, ...childrenOf(pid)].some((one) => heldBy(one).some((held) => held.startsWith('prog ')));
}

/** Children of a process. */
export function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** What stays of these although the kernel was given time: it frees programs some grace periods after their last holder. */
export async function lastingOrphans(): Promise<string[]> {
  let left = orphans();
  for (let tries = 0; left.length > 0 && tries < 100; tries++) {
    await setTimeout(100);
    const now = new Set(orphans());
    left = left.filter((orphan) => now.has(orphan));
  }
  return left;
}

/** Whether a signal waits to be delivered to the process, as a whole. */
export function isPending(pid: number, signal: number): boolean {
  const pending = /^ShdPnd:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${pending}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** Processes whose command line has this text in it. */
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

/** Waits for something that has to come; what it waits for is in the test's time-out when it does not. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await setTimeout(20);
}
