import { type DataField, declarationOf, type Form, ipText, type Test } from '@spoor/bpf/events';
import type { FactText } from '../facts.js';
import { byKernel } from './by-kernel.js';

/** A value of an event's field in a condition. Of several texts one has to match. */
export type FieldValue = number | bigint | FactText | readonly string[];

export const areTexts = (value: FieldValue): value is readonly string[] => Array.isArray(value);

/**
 * A field that JSON shows under another name than the record has: `error` of `result`, `address`.
 */
export interface DerivedField {
  readonly field: DataField;
  /** Returns undefined if the event does not have the field, so that JSON does not show it. */
  read(event: object): FieldValue | undefined;
}

type CustomForm = Extract<Form, { readonly type: 'custom' }>;

const AF_UNIX = 1;

/**
 * Returns the derived fields of an event kind. A field of the record with such a name is hidden by
 * them.
 */
export const derivedFields = byKernel<ReadonlyMap<string, DerivedField>>(
  (kind, kernel) =>
    new Map(
      Object.entries(declarationOf(kind, kernel)?.data ?? {}).flatMap(([name, field]) => {
        const read = readerOf(name, field);
        return read === undefined ? [] : [[name, { field, read: whenShown(field.when, read) }] as const];
      }),
    ),
);

const valueIn = (event: object, name: string): unknown => (event as Readonly<Record<string, unknown>>)[name];

function readerOf(name: string, { form, from }: DataField): DerivedField['read'] | undefined {
  if (form.type === 'number' && from !== undefined && from !== name) {
    return (event) => {
      const value = valueIn(event, from);
      if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
      return form.negative ? -value : value;
    };
  }
  if (form.type === 'custom') return form.asked && customReader(form);
  if (form.type !== 'address') return undefined;
  const { family, path, ipWhen } = form;
  const readIp = whenShown(ipWhen, (event) => {
    const bytes = valueIn(event, from ?? name);
    return bytes instanceof Uint8Array ? ipText(Number(valueIn(event, family)), bytes) : undefined;
  });
  return (event) => {
    if (valueIn(event, family) !== AF_UNIX) return readIp(event);
    const text = path === undefined ? undefined : valueIn(event, path.field);
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
}

/** An event that is not a view, and so lacks the bytes of its parts, does not have the field. */
function customReader({ value: made }: CustomForm): DerivedField['read'] {
  return (event) => {
    if (!('bytes' in event)) return undefined;
    const value = made(event as never);
    return typeof value === 'boolean' ? Number(value) : (value as FieldValue | undefined);
  };
}

function whenShown(tests: readonly Test[] | undefined, read: DerivedField['read']): DerivedField['read'] {
  return (event) => ((tests ?? []).every((test) => passes(test, event)) ? read(event) : undefined);
}

function passes({ field, is, not, min, max }: Test, event: object): boolean {
  const value = Number(valueIn(event, field));
  if (is !== undefined) return is.includes(value);
  if (not !== undefined) return !not.includes(value);
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}
