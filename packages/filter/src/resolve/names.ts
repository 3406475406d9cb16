import type { Host, HostProcess } from './host.js';

/** How a number kind finds what a name stands for. */
export interface NameResolver {
  /** What a name may be, for messages: `a user name or @PID`. */
  readonly expected: string;
  /** Whether the text can be such a name at all; what cannot is a syntax error, not a name that is not found. */
  accepts(name: string): boolean;
  /** Undefined when there is no such thing on the host. */
  find(name: string, host: Host): bigint | undefined;
  /** Names that exist, for suggestions. */
  known?(host: Host): readonly string[];
}

const processName = /^@([1-9]\d{0,9})$/;
const accountName = /^[\p{L}_][\p{L}\p{N}_.$\\-]*$/u;

const ofProcess = (name: string, host: Host, pick: (process: HostProcess) => number | undefined) => {
  const match = processName.exec(name);
  const process = match ? host.process(Number(match[1])) : undefined;
  const id = process && pick(process);
  return id === undefined ? undefined : BigInt(id);
};

const number = (id: number | undefined) => (id === undefined ? undefined : BigInt(id));

/** `nobody`, or `@1234` for the user that process 1234 runs as. */
export const userNames: NameResolver = {
  expected: 'a user name or @PID',
  accepts: (name) => processName.test(name) || accountName.test(name),
  find: (name, host) =>
    name.startsWith('@') ? ofProcess(name, host, (process) => process.uid) : number(host.user(name)),
  known: (host) => host.names('user'),
};

/** `daemon`, or `@1234` for the group that process 1234 runs as. */
export const groupNames: NameResolver = {
  expected: 'a group name or @PID',
  accepts: (name) => processName.test(name) || accountName.test(name),
  find: (name, host) =>
    name.startsWith('@') ? ofProcess(name, host, (process) => process.gid) : number(host.group(name)),
  known: (host) => host.names('group'),
};

/** `@1234` for the namespace of process 1234, or the path of a namespace file. */
export const namespaceNames = (namespace: 'mnt' | 'pid' | 'net' | 'uts'): NameResolver => ({
  expected: `@PID or the path of a namespace file, like /proc/1/ns/${namespace}`,
  accepts: (name) => processName.test(name) || name.startsWith('/'),
  find: (name, host) =>
    name.startsWith('@')
      ? ofProcess(name, host, (process) => process.namespace(namespace))
      : host.namespaceFile(name),
});

/** `@1234` for the cgroup of process 1234, or a path in the unified hierarchy. */
export const cgroupNames: NameResolver = {
  expected: '@PID or a path, like /system.slice',
  accepts: (name) => processName.test(name) || name.startsWith('/'),
  find(name, host) {
    const match = processName.exec(name);
    const path = match ? host.process(Number(match[1]))?.cgroup : name;
    return path === undefined ? undefined : host.cgroup(path);
  },
};
