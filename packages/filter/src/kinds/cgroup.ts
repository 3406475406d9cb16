import { cgroupNames } from '../resolve/names.js';
import type { FilterKind } from './kind.js';
import { idValues, numberMatches, u64Max } from './number-values.js';

export const kind: FilterKind<'id'> = {
  ...idValues({ max: u64Max, names: cgroupNames }),
  engine: 'members',
  reads: 'cgroups',
  summary: 'a cgroup of the unified hierarchy and all below it, by path or id',
  examples: ['cgroup=/system.slice', 'cgroup=4294967396', 'cgroup!=@1234'],
  matches({ operator, values }, facts) {
    const inside = facts.cgroups.some((id) => numberMatches({ operator: '=', values }, id));
    return operator === '=' ? inside : !inside;
  },
};
