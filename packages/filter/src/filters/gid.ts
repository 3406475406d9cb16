import { groupNames } from '../resolve/names.js';
import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary: 'the real group id, in the initial user namespace',
  examples: ['gid=0', 'gid=daemon', 'gid<1000'],
  names: groupNames,
  fact: 'gid',
});
