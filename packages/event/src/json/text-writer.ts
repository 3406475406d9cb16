import type { Form } from '@spoor/bpf/events';
import type { EventMemory } from '../view/memory.js';
import { charsLength } from '../view/text.js';
import type { EventView } from '../view/view.js';
import {
  type FieldPlace,
  type FieldWriter,
  prefixOf,
  recordFieldOf,
  valueWriter,
  writeEntries,
} from './field-writer.js';
import type { LineBuffer } from './line-buffer.js';
import { type Reader, recordField } from './numbers.js';
import { addNotes, addRaw, rawList } from './texts.js';

const slash = 0x2f;
const comma = 0x2c;
const closingBracket = 0x5d;

const textOf = (view: EventView, field: string): string =>
  (view as unknown as Readonly<Record<string, string>>)[field]!;

/** Writes a variable part, with `Raw` and `Truncated` where they are needed. */
export function textWriter(place: FieldPlace, { start }: Form & { type: 'text' }): FieldWriter {
  const { name, field } = place;
  const from = field.from ?? name;
  const record = recordFieldOf(place);
  if (record === undefined) return valueWriter(place, () => '');
  const word = record.offset >>> 2;
  const isShown = start && startReader(place, start);
  const prefix = prefixOf(name);
  const add: FieldWriter['add'] = (data, view) => {
    if (field.optional && view.fullLength(from) === 0) return;
    if (isShown?.(view._memory, view._offset) === false) return;
    const text = textOf(view, from);
    data[name] = text;
    addNotes(data, view, { field: from, name, text });
  };
  return {
    add,
    write(view, out) {
      const { _memory: memory, _offset: offset } = view;
      const at = (offset >>> 2) + word;
      const part = memory.u32[at]!;
      const full = memory.u32[at + 1]!;
      const length = part >>> 16;
      if (full === 0 && field.optional) return;
      if (isShown !== undefined && !isShown(memory, offset)) return;
      const before = out.length;
      if (full === length) {
        out._literal(prefix);
        if (out._quoted(memory, offset + (part & 0xffff), length)) return;
        out._cut(before);
      }
      writeEntries(add, view, out);
    },
  };
}

/** Returns whether the name beside a start is absolute or relative, as it has to be. */
function startReader(
  { shape }: FieldPlace,
  { of, absolute }: { of: string; absolute: boolean },
): Reader<boolean> {
  const field = recordField(shape, of);
  if (field === undefined) return () => !absolute;
  const word = field.offset >>> 2;
  return ({ u8, u32 }, offset) => {
    const part = u32[(offset >>> 2) + word]!;
    return (part >>> 16 !== 0 && u8[offset + (part & 0xffff)] === slash) === absolute;
  };
}

/** Writes a `char` array, with `Raw` if it is not UTF-8. */
export function charsWriter(place: FieldPlace): FieldWriter {
  const { name, field } = place;
  const from = field.from ?? name;
  const record = recordFieldOf(place);
  const prefix = prefixOf(name);
  const add: FieldWriter['add'] = (data, view) => {
    const text = textOf(view, from);
    if (field.optional && text === '') return;
    data[name] = text;
    addRaw(data, view, { field: from, name, text });
  };
  if (record === undefined) return { add, write: (view, out) => writeEntries(add, view, out) };
  const { offset: at, layout } = record;
  return {
    add,
    write(view, out) {
      const { _memory: memory, _offset: offset } = view;
      const length = charsLength(memory, offset + at, layout.size);
      if (length === 0 && field.optional) return;
      const before = out.length;
      out._literal(prefix);
      if (out._quoted(memory, offset + at, length)) return;
      out._cut(before);
      writeEntries(add, view, out);
    },
  };
}

/** Writes the texts of a variable part, each of which ends with a NUL. */
export function listWriter(place: FieldPlace): FieldWriter {
  const { name, field } = place;
  const from = field.from ?? name;
  const record = recordFieldOf(place);
  const prefix = prefixOf(name, '[');
  const add: FieldWriter['add'] = (data, view) => {
    const texts = (view as unknown as Readonly<Record<string, readonly string[]>>)[from]!;
    if (field.optional && texts.length === 0) return;
    data[name] = [...texts];
    const raw = rawList(texts, view.bytes(from));
    if (raw !== undefined) data[`${name}Raw`] = raw;
  };
  if (record === undefined) return { add, write: (view, out) => writeEntries(add, view, out) };
  const word = record.offset >>> 2;
  return {
    add,
    write(view, out) {
      const { _memory: memory, _offset: offset } = view;
      const part = memory.u32[(offset >>> 2) + word]!;
      if (part >>> 16 === 0 && field.optional) return;
      const before = out.length;
      out._literal(prefix);
      const start = offset + (part & 0xffff);
      if (writeTexts(out, memory, start, start + (part >>> 16))) return out._character(closingBracket);
      out._cut(before);
      writeEntries(add, view, out);
    },
  };
}

/** Returns false if a text is not UTF-8. */
function writeTexts(out: LineBuffer, memory: EventMemory, start: number, end: number): boolean {
  for (let from = start; from < end; ) {
    let to = from;
    while (to < end && memory.u8[to] !== 0) to++;
    if (from !== start) out._character(comma);
    if (!out._quoted(memory, from, to - from)) return false;
    from = to + 1;
  }
  return true;
}
