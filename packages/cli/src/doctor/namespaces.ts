import { release } from 'node:os';
import { initialNamespaces, namespaceInode } from '@spoor/proc/namespaces';
import type { Check } from './check.js';
import { atLeast } from './host.js';

const names = ['pid', 'mnt', 'user', 'cgroup', 'time', 'net'] as const;

type Name = (typeof names)[number];

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
  const own = namespaceInode(name);
  if (own === undefined) return 'unknown';
  if (own === initialNamespaces[name]) return 'initial';
  // kthreadd is in the initial namespaces. It has the id 2 in the initial pid namespace only.
  const kthreadd = namespaceInode('pid') === initialNamespaces.pid ? namespaceInode(name, 2) : undefined;
  if (own === kthreadd) return 'initial';
  const isFixed = (name !== 'mnt' && name !== 'net') || atLeast(release(), firstWithAllFixed);
  return isFixed || kthreadd !== undefined ? 'own' : 'unknown';
}
