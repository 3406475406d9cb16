import { userNames } from '../resolve/names.js';
import { eitherKind } from './kinds-of-fact.js';

const meaning = 'the real or the effective user id: one has to fit, != wants neither';

export const kind = eitherKind({
  summary: `${meaning}. In the initial user namespace; a recording has the real one alone`,
  meaning,
  examples: ['uid=0', 'uid>=1000', 'uid=nobody,1000-1999', 'uid!=@1'],
  names: userNames,
  fact: 'uid',
  otherFact: 'euid',
});
