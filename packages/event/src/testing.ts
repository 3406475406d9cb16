import { camelCase, compileCodec, type Field, type StructLayout } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { eventLayouts } from './view/generated-layouts.js';
import type { EventLayouts } from './view/layouts.js';
import type { EventKind, EventObject } from './view/types.js';

/**
 * Values of a record's fields; the rest are zero or empty. Variable parts are text or bytes; lists
 * are arrays.
 */
export type FakeFields<Kind extends EventKind> = {
  readonly [Name in Exclude<
    keyof EventObject<Kind>,
    'kind' | 'origin'
  >]?: EventObject<Kind>[Name] extends string ? string | Uint8Array : EventObject<Kind>[Name];
} & {
  /** The number of `enum origin`. */
  readonly origin?: number;
  /** The true length of parts that are to be truncated. */
  readonly fullLengths?: Readonly<Record<string, number>>;
};

/**
 * Makes a record as the kernel side would write it, for tests. Fields that are not given are zero
 * or empty.
 *
 * @param layouts those of the object that would have written it; default: this version's object
 * @throws {SpoorError} UNKNOWN_EVENT when the layouts have no event of this kind
 *
 * @example
 * ```ts
 * const record = fakeRecord('open', { comm: 'cat', path: '/etc/passwd', result: 3n });
 * const event = new EventDecoder().decode(record);
 * ```
 */
export function fakeRecord<Kind extends EventKind>(
  kind: Kind,
  fields: FakeFields<Kind> = {},
  layouts: EventLayouts = eventLayouts,
): Uint8Array {
  const layout = layouts.events[kind];
  if (layout === undefined) throw new SpoorError('UNKNOWN_EVENT', `no event is called ${kind}`);
  const record = new RecordBuilder(layout.size, fields as Readonly<Record<string, unknown>>);
  const header = layout.fields[0]!.layout as StructLayout;
  for (const field of header.fields)
    record.put(field, field.name === 'flags' ? 'headerFlags' : camelCase(field.name));
  for (const field of layout.fields.slice(1)) record.put(field, camelCase(field.name));
  return record.finish(header, layouts.kinds[kind]!);
}

class RecordBuilder {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #fixed: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #parts: Uint8Array[] = [];
  #size: number;

  constructor(size: number, fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
    this.#fixed = new Uint8Array(size);
    this.#view = new DataView(this.#fixed.buffer);
    this.#size = size;
  }

  put({ layout, offset }: Field, name: string): void {
    const value = this.#fields[name];
    if (value === undefined) return;
    if (layout.kind === 'struct' && layout.name === 'var_bytes') {
      const bytes = partBytes(value);
      const fullLength =
        (this.#fields['fullLengths'] as Record<string, number> | undefined)?.[name] ?? bytes.length;
      compileCodec(layout).write(this.#view, offset, {
        offset: this.#size,
        length: bytes.length,
        fullLength,
      });
      this.#parts.push(bytes);
      this.#size += bytes.length;
    } else if (layout.kind === 'chars' && value instanceof Uint8Array) {
      this.#fixed.set(value.subarray(0, layout.size), offset);
    } else {
      compileCodec(layout).write(this.#view, offset, value);
    }
  }

  finish(header: StructLayout, kind: number): Uint8Array {
    const offsetOf = (name: string) => header.fields.find((field) => field.name === name)!.offset;
    this.#view.setUint32(offsetOf('size'), this.#size, true);
    this.#view.setUint16(offsetOf('kind'), kind, true);
    return new Uint8Array(Buffer.concat([this.#fixed, ...this.#parts]));
  }
}

function partBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return Buffer.from(Array.isArray(value) ? value.map((text) => `${text}\0`).join('') : String(value));
}
