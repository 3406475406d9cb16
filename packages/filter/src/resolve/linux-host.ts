import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cgroupOfProcess, type Found, findCgroup, findProcess, observer, readProcess } from '@spoor/proc';
import type { Host, HostProcess } from './host.js';
import { followLinks } from './links.js';

/** Inode number of NSFS files has this device; asked of our own. */
const ownNamespace = '/proc/self/ns/mnt';

/** This machine. Reads `/etc`, `/proc` and the cgroup file system when asked, and keeps nothing. */
export function linuxHost(): Host {
  return {
    user: (name) => account('passwd', name),
    group: (name) => account('group', name),
    names: (of) => rows(of === 'user' ? 'passwd' : 'group').map(([name]) => name!),
    process: hostProcess,
    namespaceFile(path) {
      const file = stat(path);
      return file !== undefined && file.dev === stat(ownNamespace)?.dev ? file.ino : undefined;
    },
    cgroup: findCgroup,
    path(path, mountNamespace) {
      const root = mountNamespace === undefined ? '' : rootOfNamespace(mountNamespace);
      return root === undefined ? undefined : followLinks(path, root);
    },
  };
}

/** A directory that has the files of a mount namespace as a process in it sees them; empty for our own. */
function rootOfNamespace(inode: bigint): string | undefined {
  if (stat(ownNamespace)?.ino === inode) return '';
  const tgid = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && stat(`/proc/${name}/ns/mnt`)?.ino === inode,
  );
  return tgid === undefined ? undefined : `/proc/${tgid}/root`;
}

const rows = (table: 'passwd' | 'group') =>
  read(`/etc/${table}`)
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));

function account(table: 'passwd' | 'group', name: string): number | undefined {
  const row = rows(table).find(([known]) => known === name) ?? directoryRow(table, name);
  const id = Number(row?.[2]);
  return Number.isInteger(id) ? id : undefined;
}

/** Users of a directory service are in no file: the C library's own question finds them. */
function directoryRow(table: 'passwd' | 'group', name: string): string[] | undefined {
  // Asked for when it is needed: it brings half of Node.js along, which delays the start of a trace.
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  try {
    const row = execFileSync('getent', [table, '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return row.trim().split(':');
  } catch {
    return undefined;
  }
}

function hostProcess(tgid: number): Found<HostProcess> {
  observer();
  const found = findProcess(tgid);
  if (found.is === 'thread') {
    return { problem: `this is a thread of process ${found.of}`, remedy: `Use the process: @${found.of}.` };
  }
  const facts = found.is === 'missing' ? undefined : readProcess(tgid);
  if (facts === undefined) return undefined;
  return {
    uid: facts.uid.real,
    gid: facts.gid.real,
    namespace: (name) =>
      facts.namespaces[name] ?? {
        problem: `process ${tgid} has ended: a zombie has no namespaces`,
      },
    cgroup: () => cgroupOfProcess(tgid, read(`/proc/${tgid}/cgroup`)),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function stat(path: string) {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
