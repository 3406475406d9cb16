import { type FilterConditionName, FilterCondition as numbers } from '@spoor/bpf/enums';
import { factBytes } from '../facts.js';
import type { Engine } from '../kinds/kind.js';
import { kernelTextMax, textOf } from '../kinds/text-values.js';
import type { EventCondition, TextValue } from '../scope.js';

/** A field of an event that the kernel compares before it sends the event. */
export interface KernelCondition {
  readonly event: string;
  readonly field: string;
  readonly engine: Engine;
  /** Converts a condition to those in the table. */
  readonly forTable?: (condition: EventCondition) => readonly EventCondition[];
}

/** FILTER_CONDITIONS of bpf/filters/tables.h; a missing one is a type error. */
const rows = {
  'open-path': { event: 'open', field: 'path', engine: 'text' },
  'connect-port': { event: 'connect', field: 'port', engine: 'number' },
  'open-name': { event: 'open', field: 'path', engine: 'text', forTable: lastNames },
} satisfies Record<FilterConditionName, KernelCondition>;

/**
 * Returns the ends of names that can lead to a matching path through any directory: the last name
 * of a whole path. Any name can lead to a path with a given beginning.
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

/** Cuts a text to the last characters that fit into `bytes`. */
function endWithin(bytes: number, text: string): string {
  const chars = [...text];
  while (factBytes(chars.join('')).length > bytes) chars.shift();
  return chars.join('');
}

/** All conditions of the kernel, each with the number of its tables. */
export const kernelConditions = (Object.entries(rows) as [FilterConditionName, KernelCondition][]).map(
  ([name, row]) => ({ ...row, name, table: numberOf(name) }),
);

function numberOf(name: FilterConditionName): number {
  return numbers[`CONDITION_${name.toUpperCase().replaceAll('-', '_')}` as keyof typeof numbers];
}

/** Returns true if the kernel can decide all conditions on one field: no text is too long. */
export const fitsKernel = (conditions: readonly EventCondition[]): boolean =>
  conditions.every(({ values }) =>
    values.every((value) => {
      if (!('at' in value)) return true;
      const most = value.at === 'end' ? kernelTextMax.end : kernelTextMax.whole;
      return factBytes(value.text).length <= most;
    }),
  );

/**
 * Returns true if the kernel decides a scope's conditions on a field.
 *
 * @param conditions all conditions of the scope on the field
 */
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
