import type { FilterKindName } from '../gen/enums.js';
import { eventKinds } from '../gen/names.js';

export * from '../gen/constants.js';
export * from '../gen/events.js';
export * from '../gen/maps.js';
export * from '../gen/names.js';
export * from './kernel.js';
export * from './objects.js';

type EventKind = (typeof eventKinds)[number];

/** Kinds of events about the life of processes. They are always collected, in their own ring. */
export const lifecycleKinds = ['fork', 'exec', 'exit'] as const satisfies readonly EventKind[];

/**
 * Kinds of events that a trace reports only if they are named. The others are the default: each
 * kind that is on takes time at start-up, because the verifier reads its code.
 */
export const namedKinds = [
  'symlink',
  'mknod',
  'namespace',
  'truncate',
  'setxattr',
  'process-vm',
  'socket',
  'signal',
  'privileged',
  'map-exec',
  'dns',
  'connection-end',
  'write',
] as const satisfies readonly EventKind[];

/** Kinds of events that a trace reports by default. */
export const defaultKinds: readonly EventKind[] = eventKinds.filter(
  (kind) => !(namedKinds as readonly string[]).includes(kind),
);

/**
 * Groups of kinds that `--events` accepts: what the events are about. A kind can be in several.
 *
 * @example
 * ```ts
 * console.log(eventGroups.privilege.includes('setuid')); // true
 * ```
 */
export const eventGroups = {
  process: ['fork', 'exec', 'exit', 'exec-failed', 'kill', 'signal', 'ptrace', 'process-vm'],
  file: [
    'open',
    'unlink',
    'rename',
    'chmod',
    'chown',
    'mkdir',
    'link',
    'symlink',
    'mknod',
    'truncate',
    'setxattr',
    'write',
    'io-uring',
  ],
  network: ['connect', 'bind', 'listen', 'accept', 'connection-end', 'dns', 'socket', 'io-uring'],
  privilege: [
    'setuid',
    'setgid',
    'capset',
    'ptrace',
    'mount',
    'namespace',
    'module-load',
    'bpf',
    'privileged',
  ],
  memory: ['ptrace', 'process-vm', 'map-exec'],
} as const satisfies Readonly<Record<string, readonly EventKind[]>>;

/**
 * Kinds of events that a field of another kind is made from. A condition on the field needs them,
 * also if nobody asks for the events themselves.
 */
export const sourcesOfFields: Readonly<Record<string, EventKind>> = {
  'connect.host': 'dns',
  'connection-end.host': 'dns',
};

/** Kinds of filters that the lean object has. */
export const leanFilters = ['pid'] as const satisfies readonly FilterKindName[];
