import type { Found } from '@spoor/proc';
import type { Host, HostProcess } from './host.js';

/** Looks up the names of a number kind. */
export interface NameResolver {
  /** Describes a name for messages: `a user name or @PID`. */
  readonly expected: string;
  /** Returns true if the text can be such a name; any other text is a syntax error. */
  accepts(name: string): boolean;
  /** The kind of thing that is named, for messages: `user`. */
  readonly what: string;
  find(name: string, host: Host): Found<bigint>;
  /** Names that exist, for suggestions. */
  known?(host: Host): readonly string[];
}

const processName = /^@([1-9]\d{0,9})$/;
const accountName = /^[\p{L}_][\p{L}\p{N}_.$\\-]*$/u;

/** Picks an id of the process that `@PID` names. */
function ofProcess<T extends number | bigint>(
  name: string,
  host: Host,
  pick: (process: HostProcess) => Found<T>,
): Found<bigint> {
  const tgid = Number(processName.exec(name)?.[1]);
  const process = host.process(tgid);
  if (process === undefined) return { problem: 'no such process on this machine' };
  if ('problem' in process) return process;
  const id = pick(process);
  return typeof id === 'number' ? BigInt(id) : id;
}

const number = (id: number | undefined) => (id === undefined ? undefined : BigInt(id));

/** `nobody`, or `@1234` for the user that process 1234 runs as. */
export const userNames: NameResolver = {
  what: 'user',
  expected: 'a user name or @PID',
  accepts: (name) => processName.test(name) || accountName.test(name),
  find: (name, host) =>
    name.startsWith('@') ? ofProcess(name, host, (process) => process.uid) : number(host.user(name)),
  known: (host) => host.names('user'),
};

/** `daemon`, or `@1234` for the group that process 1234 runs as. */
export const groupNames: NameResolver = {
  what: 'group',
  expected: 'a group name or @PID',
  accepts: (name) => processName.test(name) || accountName.test(name),
  find: (name, host) =>
    name.startsWith('@') ? ofProcess(name, host, (process) => process.gid) : number(host.group(name)),
  known: (host) => host.names('group'),
};

/** `@1234` for the namespace of process 1234, or the path of a namespace file. */
export const namespaceNames = (namespace: 'mnt' | 'pid' | 'net' | 'uts'): NameResolver => ({
  what: 'namespace',
  expected: `@PID or the path of a namespace file, like /proc/1/ns/${namespace}`,
  accepts: (name) => processName.test(name) || name.startsWith('/'),
  find: (name, host) =>
    name.startsWith('@')
      ? ofProcess(name, host, (process) => process.namespace(namespace))
      : host.namespaceFile(name),
});

/** `@1234` for the cgroup of process 1234, its path in the hierarchy, or that of its directory. */
export const cgroupNames: NameResolver = {
  what: 'cgroup',
  expected: '@PID or a path, like /system.slice',
  accepts: (name) => processName.test(name) || name.startsWith('/'),
  find: (name, host) =>
    name.startsWith('@') ? ofProcess(name, host, (process) => process.cgroup()) : host.cgroup(name),
};
