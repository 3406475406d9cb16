import { namespaceNames } from '../resolve/names.js';
import { idKind } from './kinds-of-fact.js';

export const kind = idKind({
  summary: 'the network namespace, by the inode number of /proc/PID/ns/net',
  examples: ['netns=4026531840', 'netns=@1234', 'netns!=/proc/1/ns/net'],
  names: namespaceNames('net'),
  fact: 'netns',
});
