import { type FilterConditionName, FilterCondition as numbers } from '@spoor/bpf';
import { factBytes } from '../facts.js';
import type { Engine } from '../kinds/kind.js';
import { kernelTextMax, textOf } from '../kinds/text-values.js';
import type { EventCondition, TextValue } from '../scope.js';

/** A field of an event that the kernel judges before the event is sent. */
export interface KernelCondition {
  readonly event: string;
  readonly field: string;
  readonly engine: Engine;
  /** What the table holds in place of the conditions themselves. */
  readonly forTable?: (condition: EventCondition) => readonly EventCondition[];
}

/** The twin of FILTER_CONDITIONS in bpf/filters/tables.h; a missing one is a type error. */
const rows = {
  'open-path': { event: 'open', field: 'path', engine: 'text' },
  'connect-port': { event: 'connect', field: 'port', engine: 'number' },
  'open-name': { event: 'open', field: 'path', engine: 'text', forTable: lastNames },
} satisfies Record<FilterConditionName, KernelCondition>;

/**
 * The ends of names that can lead to a path which satisfies the condition, whatever directory they lead through: the last
 * name of a whole path. A beginning can be satisfied by any name.
 */
function lastNames({ field, operator, values }: EventCondition): readonly EventCondition[] {
  if (operator !== '=') return [];
  const ends = values.map(textOf).map(({ text, at }): TextValue => {
    if (at === 'start') return { text: '', at: 'end' };
    const slash = text.lastIndexOf('/');
    if (slash < 0 && at === 'end') return { text, at };
    return { text: endWithin(kernelTextMax.end, slash < 0 ? `/${text}` : text.slice(slash)), at: 'end' };
  });
  return [{ field, operator, values: ends }];
}

/** As many of the last characters as fit into so many bytes. */
function endWithin(bytes: number, text: string): string {
  const chars = [...text];
  while (factBytes(chars.join('')).length > bytes) chars.shift();
  return chars.join('');
}

/** All of them, each with the number of its tables. */
export const kernelConditions = (Object.entries(rows) as [FilterConditionName, KernelCondition][]).map(
  ([name, row]) => ({ ...row, name, table: numberOf(name) }),
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
