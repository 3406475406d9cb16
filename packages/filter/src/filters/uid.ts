import { userNames } from '../resolve/names.js';
import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary: 'the real user id, in the initial user namespace',
  examples: ['uid=0', 'uid>=1000', 'uid=nobody,1000-1999', 'uid!=@1'],
  names: userNames,
  fact: 'uid',
});
