import { compileCodec } from '@spoor/btf';
import type { EventField } from './layouts.js';
import type { EventMemory } from './memory.js';
import { charsLength, readName, readText } from './text.js';

/** Reads one field of the record at `offset`, a multiple of 4. */
export type FieldReader = (memory: EventMemory, offset: number) => unknown;

/** Options that the readers of a decoder share. */
export interface ReaderOptions {
  /** Variable parts that hold several texts, a NUL after each. */
  readonly lists: readonly string[];
  originName(number: number): string;
}

/** Returns the index of the word that a field is; undefined if it is not one word. */
export function wordOf({ layout, offset, readAs, role, variable, name }: EventField): number | undefined {
  const plain = !variable && readAs === undefined && !isOrigin({ role, name });
  const unsigned = (layout.kind === 'int' || layout.kind === 'enum') && !layout.signed;
  return plain && unsigned && layout.size === 4 && offset % 4 === 0 ? offset >>> 2 : undefined;
}

export function readerOfWord(word: number): FieldReader {
  return ({ u32 }, offset) => u32[(offset >>> 2) + word]!;
}

export function fieldReader(field: EventField, options: ReaderOptions): FieldReader {
  const read = readerAsStored(field, options);
  if (field.readAs === undefined) return read;
  const convert: (value: number | bigint) => number | bigint = field.readAs === 'number' ? Number : BigInt;
  return (memory, offset) => convert(read(memory, offset) as number | bigint);
}

/** Returns the value of a field that the record's layout lacks. */
export function absentValue(field: EventField, { lists }: ReaderOptions): unknown {
  if (field.variable) return lists.includes(field.name) ? [] : '';
  if (isOrigin(field)) return 'unknown';
  return compileCodec(field.layout).decode(new Uint8Array(field.layout.size));
}

/** Returns true if the field has two halves to read apart. */
export function isWide({ layout, offset }: EventField): boolean {
  return layout.size === 8 && offset % 4 === 0 && (layout.kind === 'int' || layout.kind === 'pointer');
}

function isOrigin({ role, name }: Pick<EventField, 'role' | 'name'>): boolean {
  return role === 'header' && name === 'origin';
}

function readerAsStored(field: EventField, options: ReaderOptions): FieldReader {
  const { layout, offset: at } = field;
  const word = wordOf(field);
  if (word !== undefined) return readerOfWord(word);
  if (field.variable) return options.lists.includes(field.name) ? listReader(at >>> 2) : textReader(at >>> 2);
  if (isOrigin(field)) return ({ u8 }, offset) => options.originName(u8[offset + at]!);
  if (layout.kind === 'chars') {
    const { size } = layout;
    if (size === 16 && at % 4 === 0) return (memory, offset) => readName(memory, offset + at);
    return (memory, offset) => readText(memory, offset + at, charsLength(memory, offset + at, size));
  }
  if (layout.kind === 'bytes') return ({ u8 }, offset) => u8.slice(offset + at, offset + at + layout.size);
  const unsigned = (layout.kind === 'int' || layout.kind === 'enum') && !layout.signed;
  if (unsigned && at % 4 === 0 && layout.size === 8) return bigintReader(at >>> 2);
  const codec = compileCodec(layout);
  return ({ view }, offset) => codec.read(view, offset + at);
}

/** Start times, cgroups and scopes repeat: the same bigint again costs a tenth of a new one. */
function bigintReader(word: number): FieldReader {
  let lastLo = 0;
  let lastHi = 0;
  let last = 0n;
  return ({ u32, view }, offset) => {
    const at = (offset >>> 2) + word;
    const lo = u32[at]!;
    const hi = u32[at + 1]!;
    if (lo === lastLo && hi === lastHi) return last;
    lastLo = lo;
    lastHi = hi;
    last = view.getBigUint64(4 * at, true);
    return last;
  };
}

function textReader(word: number): FieldReader {
  return (memory, offset) => {
    const place = memory.u32[(offset >>> 2) + word]!;
    return readText(memory, offset + (place & 0xffff), place >>> 16);
  };
}

function listReader(word: number): FieldReader {
  return (memory, offset) => {
    const place = memory.u32[(offset >>> 2) + word]!;
    const start = offset + (place & 0xffff);
    const end = start + (place >>> 16);
    const texts: string[] = [];
    let from = start;
    for (let index = start; index < end; index++) {
      if (memory.u8[index] !== 0) continue;
      texts.push(readText(memory, from, index - from));
      from = index + 1;
    }
    if (from < end) texts.push(readText(memory, from, end - from));
    return texts;
  };
}
