import type { Form } from '@spoor/bpf/events';
import {
  type FieldPlace,
  type FieldWriter,
  isEmpty,
  numberOf,
  prefixOf,
  recordFieldOf,
  valueWriter,
} from './field-writer.js';
import { harmless } from './harmless.js';
import { type LineBuffer, type Literal, literal } from './line-buffer.js';

/** Texts of one field that are kept. A trace has a few dozen; a file can have any. */
const mostKept = 1024;
const nothing = literal('');
const quote = 0x22;
const minus = 0x2d;

/** Writes a number of the record, or what stands for it. */
export function numberWriter(place: FieldPlace, form: Form & { type: 'number' }): FieldWriter {
  const { name, field, machine } = place;
  const read = numberOf(place);
  const show = form.show ?? form.names?.of;
  const prefix = prefixOf(name);
  if (show === undefined) {
    return {
      add(data, view) {
        data[name] = read(view._memory, view._offset);
      },
      write(view, out) {
        out._literal(prefix);
        writeInteger(read(view._memory, view._offset), out);
      },
    };
  }
  const texts = new Map<number, Literal>();
  let lastNumber = Number.NaN;
  let lastText = nothing;
  const textOf = (number: number) => {
    const value = show(number, machine);
    if (field.optional && isEmpty(value)) return nothing;
    return literal(`,"${name}":${harmless(JSON.stringify(value))}`);
  };
  const keep = (number: number) => {
    const text = textOf(number);
    if (texts.size >= mostKept) texts.clear();
    texts.set(number, text);
    return text;
  };
  return {
    add(data, view) {
      const value = show(read(view._memory, view._offset), machine);
      if (!(field.optional && isEmpty(value))) data[name] = value;
    },
    write(view, out) {
      const number = read(view._memory, view._offset);
      if (number !== lastNumber) {
        lastText = texts.get(number) ?? keep(number);
        lastNumber = number;
      }
      out._literal(lastText);
    },
  };
}

function writeInteger(value: number, out: LineBuffer): void {
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return out._decimal(value);
  if (value > Number.MAX_SAFE_INTEGER || -value > Number.MAX_SAFE_INTEGER) return out.add(String(value));
  out._character(minus);
  out._decimal(-value);
}

/** Writes a 64-bit number: its digits, or what stands for it. */
export function wideWriter(place: FieldPlace, { show }: Form & { type: 'wide' }): FieldWriter {
  const { name, field } = place;
  const from = field.from ?? name;
  const valueIn = (view: object) => (view as Readonly<Record<string, bigint>>)[from]!;
  const generic = valueWriter(
    place,
    show === undefined ? (view) => String(valueIn(view)) : (view) => show(valueIn(view)),
  );
  const record = recordFieldOf(place);
  if (show !== undefined || (record !== undefined && 'signed' in record.layout && record.layout.signed))
    return generic;
  const read = numberOf(place);
  const prefix = prefixOf(name, '"');
  return {
    add: generic.add,
    write(view, out) {
      const number = read(view._memory, view._offset);
      if (number > Number.MAX_SAFE_INTEGER) return generic.write(view, out);
      out._literal(prefix);
      out._decimal(number);
      out._character(quote);
    },
  };
}
