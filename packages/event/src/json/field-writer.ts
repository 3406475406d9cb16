import type { Architecture, DataField } from '@spoor/bpf/events';
import type { EventField, EventShape } from '../view/layouts.js';
import type { EventView } from '../view/view.js';
import { harmless } from './harmless.js';
import { type LineBuffer, type Literal, literal } from './line-buffer.js';
import { numberReader, recordField } from './numbers.js';

/**
 * Adds one field to `data`, or its text, with a comma in front, to a line. Both add nothing if it
 * is left out.
 */
export interface FieldWriter {
  add(data: Record<string, unknown>, view: EventView): void;
  write(view: EventView, out: LineBuffer): void;
}

/** The field that a writer writes, and its event. */
export interface FieldPlace {
  readonly shape: EventShape;
  /** The name of the entry. */
  readonly name: string;
  readonly field: DataField;
  readonly machine: Architecture;
}

/** The field of the record that an entry shows. */
export const recordFieldOf = ({ shape, name, field }: FieldPlace): EventField | undefined =>
  recordField(shape, field.from ?? name);

export const numberOf = (place: FieldPlace) => numberReader(recordFieldOf(place));

/** `,"name":` */
export const prefixOf = (name: string, begin = ''): Literal => literal(`,"${name}":${begin}`);

/** Returns true if an optional field is left out. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Writes a value as `JSON.stringify` does. */
export function valueWriter({ name, field }: FieldPlace, valueIn: (view: EventView) => unknown): FieldWriter {
  const prefix = prefixOf(name);
  return {
    add(data, view) {
      const value = valueIn(view);
      if (!(field.optional && isEmpty(value))) data[name] = value;
    },
    write(view, out) {
      const value = valueIn(view);
      if (field.optional && isEmpty(value)) return;
      out._literal(prefix);
      out.add(harmless(JSON.stringify(value)));
    },
  };
}

/** Writes the entries of a field from the object: those that the quick way cannot. */
export function writeEntries(add: FieldWriter['add'], view: EventView, out: LineBuffer): void {
  const entries = {};
  add(entries, view);
  const json = harmless(JSON.stringify(entries));
  if (json !== '{}') out.add(`,${json.slice(1, -1)}`);
}
