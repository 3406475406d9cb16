import type { Host } from '../src/resolve/host.js';

const users = new Map([
  ['root', 0],
  ['nobody', 65534],
]);
const groups = new Map([
  ['root', 0],
  ['daemon', 1],
]);
const namespaces = { mnt: 401, pid: 402, net: 403, uts: 404 } as const;

/** A machine with two users, two groups, one process (1234), one namespace file and one cgroup. */
export const testHost: Host = {
  user: (name) => users.get(name),
  group: (name) => groups.get(name),
  names: (of) => [...(of === 'user' ? users : groups).keys()],
  process: (tgid) =>
    tgid === 1234
      ? { uid: 1000, gid: 1001, namespace: (name) => namespaces[name], cgroup: () => 0x1_0000_0001n }
      : undefined,
  namespaceFile: (path) => (path === '/run/netns/blue' ? 500n : undefined),
  cgroup: (path) => (path === '/web' ? 0x1_0000_0001n : undefined),
};
