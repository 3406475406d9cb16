import { namespaceNames } from '../resolve/names.js';
import { idKind } from './kinds-of-fact.js';

export const kind = idKind({
  summary: 'the mount namespace, by the inode number of /proc/PID/ns/mnt',
  examples: ['mntns=4026531840', 'mntns=@1234', 'mntns!=/proc/1/ns/mnt'],
  names: namespaceNames('mnt'),
  fact: 'mntns',
});
