import { events, FilterText, FilterWords, ScopeSet } from '@spoor/bpf';
import type { Layout, StructLayout } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { type ScopeBits, wordOf } from './bits.js';
import type { CompiledScopes } from './compile.js';
import type { Segment } from './segments.js';
import type { TextEntry } from './texts.js';

function structOf(layout: Layout): StructLayout {
  if (layout.kind !== 'struct') throw new TypeError('not the layout of a struct');
  return layout;
}

function fieldOf(struct: StructLayout, name: string) {
  const field = struct.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new TypeError(`struct ${struct.name} has no field ${name}`);
  return field;
}

/** Element `index` of an array in a struct: its offset, and the struct that it is, if it is one. */
function elementOf(struct: StructLayout, name: string, index: number) {
  const { layout, offset } = fieldOf(struct, name);
  if (layout.kind !== 'array') throw new TypeError(`${struct.name}.${name} is no array`);
  return { offset: offset + index * layout.element.size, element: layout.element, length: layout.length };
}

/** Which half of `filter_strings` a set goes with. */
export type Half = 0 | 1;

/**
 * `struct scope_set` as bytes, which the caller owns.
 *
 * @throws SpoorError INVALID_VALUE when all values of all number kinds cut the numbers into more segments than there is
 * room for (FILTER_SEGMENTS_MAX)
 */
export function encodeScopeSet(compiled: CompiledScopes, half: Half): Uint8Array {
  const set = structOf(ScopeSet.layout);
  const view = new DataView(new ArrayBuffer(set.size));
  const word = (name: string, value: bigint) => view.setBigUint64(fieldOf(set, name).offset, value, true);
  const words = (name: string, index: number, value: bigint) =>
    view.setBigUint64(elementOf(set, name, index).offset, value, true);

  word('version', compiled.bits.version);
  view.setUint32(fieldOf(set, 'half').offset, half, true);
  word('enabled', compiled.enabled);
  word('follow', compiled.follow);
  word('exclude', compiled.exclude);
  writeBirths(view, set, compiled.bits);
  for (let kind = 0; kind < elementOf(set, 'events', 0).length; kind++)
    words('events', kind, compiled.otherEvents);
  for (const [event, takers] of compiled.events)
    words('events', events[event as keyof typeof events].kind, takers);

  let ends = 0n;
  const allSegments: Segment[] = [];
  const slice = structOf(elementOf(set, 'slices', 0).element);
  for (const table of compiled.tables) {
    words('users', table.number, table.users);
    words('missing', table.number, table.missing);
    if (table.texts.some(({ end }) => end)) ends |= 1n << BigInt(table.number);
    const { offset } = elementOf(set, 'slices', table.number);
    view.setUint32(offset + fieldOf(slice, 'start').offset, allSegments.length, true);
    view.setUint32(offset + fieldOf(slice, 'count').offset, table.segments.length, true);
    allSegments.push(...table.segments);
  }
  word('ends', ends);
  writeSegments(view, set, allSegments);
  return new Uint8Array(view.buffer);
}

/** A version that is never reached, and from which the difference of no other overflows. */
const never = 2n ** 63n - 1n;

/** `struct scope_birth`, by version: the kernel looks for the last that is no later than what a process has. */
function writeBirths(view: DataView, set: StructLayout, { born }: ScopeBits): void {
  const { offset, element, length } = elementOf(set, 'births', 0);
  const birth = structOf(element);
  const [version, kept] = [fieldOf(birth, 'version').offset, fieldOf(birth, 'kept').offset];
  const versions = [...new Set([0n, ...born])].sort((a, b) => Number(a - b));
  for (let index = 0; index < length; index++) {
    const at = offset + index * birth.size;
    view.setBigUint64(at + version, versions[index] ?? never, true);
  }
  for (const [index, since] of versions.entries()) {
    const bits = [...born.keys()].filter((bit) => born[bit]! <= since);
    view.setBigUint64(offset + index * birth.size + kept, wordOf(bits), true);
  }
}

function writeSegments(view: DataView, set: StructLayout, segments: readonly Segment[]): void {
  const { offset, element, length } = elementOf(set, 'segments', 0);
  if (segments.length > length) {
    throw new SpoorError(
      'INVALID_VALUE',
      `the numbers of all filters need ${segments.length} segments, but only ${length} fit`,
      {
        remedy: 'Use ranges instead of long lists: a range takes two segments, whatever its length.',
      },
    );
  }
  const segment = structOf(element);
  const fields = ['first', 'equal', 'unequal'] as const;
  const offsets = fields.map((name) => fieldOf(segment, name).offset);
  segments.forEach((row, index) => {
    fields.forEach((name, field) => {
      view.setBigUint64(offset + index * element.size + offsets[field]!, row[name], true);
    });
  });
}

/** A row of `filter_strings`: `struct filter_text` and `struct filter_words`. */
export interface StringRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The rows of all texts for one half. The caller owns the bytes. */
export function encodeStrings(compiled: CompiledScopes, half: Half): StringRow[] {
  return compiled.tables.flatMap(({ number, texts }) =>
    texts.map((entry) => ({ key: encodeKey(number, entry, half), value: encodeWords(entry) })),
  );
}

function encodeKey(table: number, { end, bytes }: TextEntry, half: Half): Uint8Array {
  const text = structOf(FilterText.layout);
  const key = new Uint8Array(text.size);
  const [from, data] = [fieldOf(text, 'half').offset, fieldOf(text, 'bytes').offset];
  // The trie compares from behind the length on: also `half`, `table` and the zeros between.
  new DataView(key.buffer).setUint32(
    fieldOf(text, 'prefix_bits').offset,
    (data - from + bytes.length) * 8,
    true,
  );
  key[from] = half;
  key[fieldOf(text, 'table').offset] = table * 2 + Number(end);
  key.set(bytes, data);
  return key;
}

function encodeWords({ equal, unequal }: TextEntry): Uint8Array {
  const words = structOf(FilterWords.layout);
  const value = new DataView(new ArrayBuffer(words.size));
  value.setBigUint64(fieldOf(words, 'equal').offset, equal, true);
  value.setBigUint64(fieldOf(words, 'unequal').offset, unequal, true);
  return new Uint8Array(value.buffer);
}
