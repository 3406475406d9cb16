import { namespaceNames } from '../resolve/names.js';
import { idKind } from './kinds-of-fact.js';

export const kind = idKind({
  summary: 'the UTS namespace, which has the host name, by the inode number of /proc/PID/ns/uts',
  examples: ['uts=4026531840', 'uts=@1234', 'uts!=/proc/1/ns/uts'],
  names: namespaceNames('uts'),
  fact: 'utsns',
});
