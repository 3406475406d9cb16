import { userNames } from '../resolve/names.js';
import { numberKind } from './kinds-of-fact.js';

export const kind = numberKind({
  summary:
    'the effective user id, in the initial user namespace: it differs from the real id in a set-user-id program',
  examples: ['euid=0', 'euid=0 uid>=1000', 'euid!=root'],
  names: userNames,
  fact: 'euid',
});
