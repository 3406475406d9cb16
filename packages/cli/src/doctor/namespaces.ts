import { readlinkSync } from 'node:fs';
import { release } from 'node:os';
import type { Check } from './check.js';
import { atLeast } from './host.js';

const names = ['pid', 'mnt', 'user', 'cgroup', 'time', 'net'] as const;

type Name = (typeof names)[number];

/**
 * Inode numbers of the initial namespaces: include/uapi/linux/nsfs.h since 6.18, include/linux/proc_ns.h before. The mount and
 * network namespaces have a number of their own only since then.
 */
const initial: Readonly<Record<Name, number>> = {
  pid: 0xefff_fffc,
  mnt: 0xefff_fff8,
  user: 0xefff_fffd,
  cgroup: 0xefff_fffb,
  time: 0xefff_fffa,
  net: 0xefff_fff9,
};
/** The first kernel where all of them are fixed. */
const firstWithAllFixed = [6, 18] as const;

/** The name of the check that says that spoor sees the processes of its own pid namespace. */
export const pidNamespaceCheck = 'pid namespace';

/** In which namespaces spoor runs, and what follows from that. */
export function checkNamespaces(): readonly Check[] {
  const places = names.map((name) => [name, placeOf(name)] as const);
  const found = places.map(([name, place]) => `${name} ${place}`).join(', ');
  const checks: Check[] = [{ name: 'namespaces', status: 'ok', found }];
  if (Object.fromEntries(places)['pid'] === 'own') {
    checks.push({
      name: pidNamespaceCheck,
      status: 'reduced',
      found:
        'own: ids in scopes are those of this namespace; process ids in events are those of the initial one',
      remedy: 'To follow processes outside of it by id, run spoor in the initial pid namespace.',
    });
  }
  return checks;
}

/** `own`: not the initial one. */
function placeOf(name: Name): 'initial' | 'own' | 'not known' {
  const own = inodeOf('self', name);
  if (own === undefined) return 'not known';
  if (own === initial[name]) return 'initial';
  // kthreadd is in the initial namespaces, and has the id 2 in the initial pid namespace alone.
  const kthreadd = inodeOf('self', 'pid') === initial.pid ? inodeOf('2', name) : undefined;
  if (own === kthreadd) return 'initial';
  const isFixed = (name !== 'mnt' && name !== 'net') || atLeast(release(), firstWithAllFixed);
  return isFixed || kthreadd !== undefined ? 'own' : 'not known';
}

function inodeOf(task: string, name: Name): number | undefined {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/${task}/ns/${name}`))?.[1]);
  } catch {
    return undefined;
  }
}
