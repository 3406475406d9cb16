import { namespaceNames } from '../resolve/names.js';
import { idKind } from './kinds-of-fact.js';

export const kind = idKind({
  summary: 'the pid namespace that the task runs in, by the inode number of /proc/PID/ns/pid',
  examples: ['pidns=4026531840', 'pidns=@1234', 'pidns!=/proc/1/ns/pid'],
  names: namespaceNames('pid'),
  fact: 'pidns',
});
