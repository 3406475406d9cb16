import { groupNames } from '../resolve/names.js';
import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary:
    'the effective group id, in the initial user namespace: it differs from the real id in a set-group-id program',
  examples: ['egid=0', 'egid=shadow', 'egid<1000'],
  names: groupNames,
  fact: 'egid',
});
