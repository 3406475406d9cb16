import { groupNames } from '../resolve/names.js';
import { eitherKind } from './kinds-of-fact.js';

const meaning = 'the real or the effective group id: one has to fit, != wants neither';

export const kind = eitherKind({
  summary: `${meaning}. In the initial user namespace; a recording has the real one alone`,
  meaning,
  examples: ['gid=0', 'gid=daemon', 'gid<1000'],
  names: groupNames,
  fact: 'gid',
  otherFact: 'egid',
});
