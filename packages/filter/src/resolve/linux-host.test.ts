import { readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseScope } from '../grammar/parse.js';
import { printFilters } from '../grammar/print.js';
import type { HostProcess } from './host.js';
import { linuxHost } from './linux-host.js';
import { resolveScope } from './resolve.js';

const host = linuxHost();
const onLinux = test.runIf(process.platform === 'linux');
const inode = (name: string) => Number(/\d+/.exec(readlinkSync(`/proc/self/ns/${name}`))![0]);

onLinux('knows users, groups and what is none', () => {
  expect(host.user('root')).toBe(0);
  expect(host.group('root')).toBe(0);
  expect(host.names('user')).toContain('root');
  expect(host.user('no-such-user-here')).toBeUndefined();
  // A name is never taken for an option of getent.
  expect(host.user('--help')).toBeUndefined();
});

onLinux('knows the ids and namespaces of a process', () => {
  const own = host.process(process.pid) as HostProcess;
  expect({ uid: own.uid, gid: own.gid }).toEqual({ uid: process.getuid!(), gid: process.getgid!() });
  for (const name of ['mnt', 'pid', 'net', 'uts'] as const) expect(own.namespace(name)).toBe(inode(name));
  expect(host.process(0x3fffff)).toBeUndefined();
});

onLinux('takes files of namespaces, and no others', () => {
  expect(host.namespaceFile('/proc/self/ns/net')).toBe(BigInt(inode('net')));
  expect(host.namespaceFile('/etc/passwd')).toBeUndefined();
  expect(host.namespaceFile('/nowhere')).toBeUndefined();
});

onLinux('takes cgroups inside the hierarchy only', () => {
  expect(host.cgroup('/../..')).toBeUndefined();
  expect(host.cgroup('/no such cgroup')).toBeUndefined();
});

onLinux('a scope is resolved once', () => {
  const scope = parseScope(`uid=root mntns=@${process.pid} netns=/proc/self/ns/net`);
  expect(printFilters(resolveScope(scope, host))).toBe(`uid=0 mntns=${inode('mnt')} netns=${inode('net')}`);
});
