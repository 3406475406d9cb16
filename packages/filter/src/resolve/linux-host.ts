import {
  accountNames,
  cgroupOfProcess,
  type Found,
  findAccountId,
  findCgroup,
  findProcess,
  observer,
  readProcess,
} from '@spoor/proc';
import { mountNamespaceRoot, namespaceOfFile } from '@spoor/proc/namespaces';
import type { Host, HostProcess } from './host.js';
import { followLinks } from './links.js';

/**
 * Looks names up on this machine. Reads `/etc`, `/proc` and the cgroup file system at each call,
 * and keeps nothing.
 *
 * @example
 * ```ts
 * const scope = resolveScope(parseScope('uid=nobody'), linuxHost());
 * ```
 */
export function linuxHost(): Host {
  return {
    user: (name) => findAccountId('passwd', name),
    group: (name) => findAccountId('group', name),
    names: (of) => accountNames(of === 'user' ? 'passwd' : 'group'),
    process: hostProcess,
    namespaceFile: namespaceOfFile,
    cgroup: findCgroup,
    path(path, mountNamespace) {
      const root = mountNamespace === undefined ? '' : mountNamespaceRoot(mountNamespace);
      return root === undefined ? undefined : followLinks(path, root);
    },
  };
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
    cgroup: () => cgroupOfProcess(tgid),
  };
}
