import { readlinkSync } from 'node:fs';
import { release } from 'node:os';
import type { Check } from './check.js';
import { atLeast } from './host.js';

const names = ['pid', 'mnt', 'user', 'cgroup', 'time', 'net'] as const;

type Name = (typeof names)[number];

/**
 * Inode numbers of the initial namespaces: include/uapi/linux/nsfs.h since 6.18,
 * include/linux/proc_ns.h before. The mount and network namespaces have fixed numbers only since
 * 6.18.
 */
const initial: Readonly<Record<Name, number>> = {
  pid: 0xefff_fffc,
  mnt: 0xefff_fff8,
  user: 0xefff_fffd,
  cgroup: 0xefff_fffb,
  time: 0xefff_fffa,
  net: 0xefff_fff9,
};
/** The first kernel where all of these numbers are fixed. */
const firstWithAllFixed = [6, 18] as const;

/** The name of the check that limits `spoor` to the processes of its own pid namespace. */
export const pidNamespaceCheck = 'pid namespace';

/** Checks the namespaces that `spoor` runs in, and names the consequences. */
export function checkNamespaces(): readonly Check[] {
  const places = names.map((name) => [name, placeOf(name)] as const);
  const found = places.map(([name, place]) => `${name} ${place}`).join(', ');
  const checks: Check[] = [{ name: 'namespaces', status: 'ok', found }];
  if (Object.fromEntries(places)['pid'] === 'own') {
    checks.push({
      name: pidNamespaceCheck,
      status: 'reduced',
      found: 'own: scopes use the process ids of this namespace; events have those of the initial one',
      remedy: 'To trace processes outside this namespace by id, run spoor in the initial pid namespace.',
    });
  }
  return checks;
}

/** Returns `own` if the namespace is not the initial one. */
function placeOf(name: Name): 'initial' | 'own' | 'unknown' {
  const own = inodeOf('self', name);
  if (own === undefined) return 'unknown';
  if (own === initial[name]) return 'initial';
  // kthreadd is in the initial namespaces. It has the id 2 in the initial pid namespace only.
  const kthreadd = inodeOf('self', 'pid') === initial.pid ? inodeOf('2', name) : undefined;
  if (own === kthreadd) return 'initial';
  const isFixed = (name !== 'mnt' && name !== 'net') || atLeast(release(), firstWithAllFixed);
  return isFixed || kthreadd !== undefined ? 'own' : 'unknown';
}

function inodeOf(task: string, name: Name): number | undefined {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/${task}/ns/${name}`))?.[1]);
  } catch {
    return undefined;
  }
}
