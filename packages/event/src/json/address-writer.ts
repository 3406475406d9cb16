import { AF_INET, type Form, ipText } from '@spoor/bpf/events';
import type { EventView } from '../view/view.js';
import { type FieldPlace, type FieldWriter, prefixOf, recordFieldOf, writeEntries } from './field-writer.js';
import { numberReader, recordField, testReader } from './numbers.js';
import { textWriter } from './text-writer.js';

const AF_UNIX = 1;
const quote = 0x22;
const dot = 0x2e;

/** Writes an IP address, or the name of a unix socket. */
export function addressWriter(place: FieldPlace, form: Form & { type: 'address' }): FieldWriter {
  const { shape, name, field } = place;
  const familyOf = numberReader(recordField(shape, form.family));
  const isIpKnown = testReader(shape, form.ipWhen);
  const ip = recordFieldOf(place);
  const unix =
    form.path === undefined
      ? undefined
      : textWriter(
          { ...place, field: { ...field, from: form.path.field, optional: true } },
          { type: 'text' },
        );
  const textOf = (view: EventView, family: number) =>
    ipText(family, (view as unknown as Readonly<Record<string, Uint8Array>>)[field.from ?? name]!);
  const add: FieldWriter['add'] = (data, view) => {
    const family = familyOf(view._memory, view._offset);
    if (family === AF_UNIX) return unix?.add(data, view);
    const text = textOf(view, family);
    if (text !== undefined && isIpKnown?.(view._memory, view._offset) !== false) data[name] = text;
  };
  const prefix = prefixOf(name, '"');
  return {
    add,
    write(view, out) {
      const { _memory: memory, _offset: offset } = view;
      const family = familyOf(memory, offset);
      if (family === AF_UNIX) return unix?.write(view, out);
      if (family !== AF_INET || ip === undefined) return writeEntries(add, view, out);
      if (isIpKnown !== undefined && !isIpKnown(memory, offset)) return;
      const at = offset + ip.offset;
      out._literal(prefix);
      for (let index = 0; index < 4; index++) {
        if (index > 0) out._character(dot);
        out._decimal(memory.u8[at + index]!);
      }
      out._character(quote);
    },
  };
}
