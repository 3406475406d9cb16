import type { KernelDefinition } from '@spoor/bpf';
import { type Architecture, type DataField, declarationOf } from '@spoor/bpf/events';
import type { EventShape } from '../view/layouts.js';
import type { EventView } from '../view/view.js';
import { addressWriter } from './address-writer.js';
import { type FieldPlace, type FieldWriter, recordFieldOf, valueWriter } from './field-writer.js';
import type { LineBuffer } from './line-buffer.js';
import { numberWriter, wideWriter } from './number-writer.js';
import { type Reader, testReader } from './numbers.js';
import { plainFields } from './plain-fields.js';
import { charsWriter, listWriter, textWriter } from './text-writer.js';

/** Makes `data` of the events of one kind: an object, or its text in a line. */
export interface DataWriter {
  value(view: EventView): Record<string, unknown>;
  write(view: EventView, out: LineBuffer): void;
}

const openingBrace = 0x7b;
const closingBrace = 0x7d;

/**
 * Returns the fields of `data`, as declared; of an event without a declaration, those of its
 * record.
 */
export function dataFields(
  shape: EventShape,
  kernel?: KernelDefinition,
): readonly (readonly [string, DataField])[] {
  return Object.entries(declarationOf(shape.kind, kernel)?.data ?? plainFields(shape));
}

/** Compiles the declaration of an event for the layout of its records. */
export function dataWriter(shape: EventShape, machine: Architecture, kernel?: KernelDefinition): DataWriter {
  const fields = guarded(shape, dataFields(shape, kernel), machine);
  const adders = fields.map(({ add }) => add);
  const writers = fields.map(({ write }) => write);
  return {
    value(view) {
      const data: Record<string, unknown> = {};
      for (const add of adders) add(data, view);
      return data;
    },
    write(view, out) {
      const start = out.length;
      for (const write of writers) write(view, out);
      // Each field begins with a comma.
      if (out.length > start) out._replace(start, openingBrace);
      else out._character(openingBrace);
      out._character(closingBrace);
    },
  };
}

/** Returns the writers of fields. Neighbours with the same tests are tested together. */
function guarded(
  shape: EventShape,
  fields: readonly (readonly [string, DataField])[],
  machine: Architecture,
): FieldWriter[] {
  const groups: { readonly when: DataField['when']; readonly writers: FieldWriter[] }[] = [];
  for (const [name, field] of fields) {
    const place = { shape, name, field, machine };
    if (field.ifRecorded && recordFieldOf(place) === undefined) continue;
    const last = groups.at(-1);
    if (last !== undefined && last.when === field.when) last.writers.push(formWriter(place));
    else groups.push({ when: field.when, writers: [formWriter(place)] });
  }
  return groups.flatMap(({ when, writers }) => {
    const passes = testReader(shape, when);
    return passes === undefined ? writers : [guard(passes, writers)];
  });
}

function guard(passes: Reader<boolean>, writers: readonly FieldWriter[]): FieldWriter {
  return {
    add(data, view) {
      if (passes(view._memory, view._offset)) for (const { add } of writers) add(data, view);
    },
    write(view, out) {
      if (passes(view._memory, view._offset)) for (const { write } of writers) write(view, out);
    },
  };
}

function formWriter(place: FieldPlace): FieldWriter {
  const { form } = place.field;
  switch (form.type) {
    case 'text':
      return textWriter(place, form);
    case 'chars':
      return charsWriter(place);
    case 'list':
      return listWriter(place);
    case 'number':
      return numberWriter(place, form);
    case 'wide':
      return wideWriter(place, form);
    case 'address':
      return addressWriter(place, form);
    case 'custom':
      return valueWriter(place, form.value as (view: EventView) => unknown);
  }
}
