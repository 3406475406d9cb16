import { NamespaceCall, namespaceCallNames } from '../../gen/index.js';
import { cloneFlags } from '../names/clone-flags.js';
import { umountFlags } from '../names/file-flags.js';
import { namesOf } from '../names/names.js';
import { declareEvent, type Test } from './field.js';
import {
  error,
  file,
  flags,
  followed,
  integer,
  isNotZero,
  named,
  start,
  text,
  u32,
  within,
} from './fields.js';

const calls = namesOf(
  (call) => namespaceCallNames[call]?.replaceAll('-', '_') ?? String(call),
  Object.keys(namespaceCallNames).map(Number),
  'setns, unshare',
);
const isCall = (...is: NamespaceCall[]): readonly Test[] => [{ field: 'call', is }];

const id = (name: string, what: string) =>
  u32(`${what} after the call, by inode number.`, { when: isNotZero(name) });

export const namespace = declareEvent({
  summary: 'A process changed its namespaces, its root or its mounts, or the attempt failed.',
  notes: [
    'The namespaces are those of the thread after setns or unshare succeeded. The root of a chroot that succeeded is ' +
      'named as the kernel has it in the mount namespace of the process.',
    'Namespaces that clone makes for a child are in namespaces of its fork. Not seen: the namespaces before the call.',
  ],
  data: {
    call: named(calls, 'setns, unshare, chroot, pivot_root or umount.'),
    path: text(
      'The new root, or what is unmounted: as the kernel has it, or as the caller gave it (flag user-memory).',
      { path: within(followed), optional: true },
    ),
    ...start('path', 'Where a relative name starts, as the kernel has it.'),
    putOld: text('Of pivot_root, the name that the caller gave for the old root.', { optional: true }),
    fd: integer('The descriptor, of setns.', { when: isCall(NamespaceCall.NAMESPACE_SETNS) }),
    flags: flags(cloneFlags, 'CLONE_NEWNS|CLONE_NEWPID, of setns and unshare'),
    umountFlags: flags(umountFlags, 'MNT_DETACH, of umount'),
    cgroupNamespace: id('cgroupNamespace', 'The cgroup namespace'),
    ipcNamespace: id('ipcNamespace', 'The IPC namespace'),
    mntNamespace: id('mntNamespace', 'The mount namespace'),
    netNamespace: id('netNamespace', 'The network namespace'),
    pidNamespace: id('pidNamespace', 'The pid namespace of the next child'),
    timeNamespace: id('timeNamespace', 'The time namespace of the next child'),
    userNamespace: id('userNamespace', 'The user namespace'),
    utsNamespace: id('utsNamespace', 'The UTS namespace'),
    ...file('Inode of the new root, when chroot or pivot_root succeeded.'),
    error: error(),
  },
});
