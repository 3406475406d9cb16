import { type FilterConditionName, FilterCondition as numbers } from '@spoor/bpf';
import { factBytes } from '../facts.js';
import type { Engine } from '../filters/kind.js';
import { kernelTextMax } from '../filters/text-values.js';
import type { EventCondition } from '../scope.js';

/** A field of an event that the kernel judges before the event is sent. */
export interface KernelCondition {
  readonly event: string;
  readonly field: string;
  readonly engine: Engine;
}

/** The twin of FILTER_CONDITIONS in bpf/filters/tables.h; a missing one is a type error. */
const rows = {
  'open-path': { event: 'open', field: 'path', engine: 'text' },
  'connect-port': { event: 'connect', field: 'port', engine: 'number' },
} satisfies Record<FilterConditionName, KernelCondition>;

/** All of them, each with the number of its tables. */
export const kernelConditions = (Object.entries(rows) as [FilterConditionName, KernelCondition][]).map(
  ([name, row]) => ({ ...row, table: numberOf(name) }),
);

function numberOf(name: FilterConditionName): number {
  return numbers[`CONDITION_${name.toUpperCase().replaceAll('-', '_')}` as keyof typeof numbers];
}

/** Can the kernel decide conditions on one field? Only when it can decide all of them: texts may be too long for it. */
export const fitsKernel = (conditions: readonly EventCondition[]): boolean =>
  conditions.every(({ values }) =>
    values.every((value) => {
      if (!('at' in value)) return true;
      const most = value.at === 'end' ? kernelTextMax.end : kernelTextMax.whole;
      return factBytes(value.text).length <= most;
    }),
  );

/** Is a scope's condition on this field decided in the kernel? `conditions`: all that the scope has on the field. */
export function decidedInKernel(
  event: string,
  field: string,
  conditions: readonly EventCondition[],
): boolean {
  return (
    kernelConditions.some((condition) => condition.event === event && condition.field === field) &&
    fitsKernel(conditions)
  );
}
