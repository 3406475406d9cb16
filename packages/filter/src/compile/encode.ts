import { FilterText, FilterWords, type ScopeBirth, ScopeSet } from '@spoor/bpf/structs';
import { compileCodec, type Layout } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { type ScopeBits, wordOf } from './bits.js';
import type { CompiledScopes } from './compile.js';
import type { TextEntry } from './texts.js';

function fieldOf(struct: Layout, name: string) {
  const field = struct.kind === 'struct' ? struct.fields.find((one) => one.name === name) : undefined;
  if (field === undefined) throw new TypeError(`the layout has no field ${name}`);
  return field;
}

/** Arrays of `struct scope_set`. */
type ArrayName = {
  [Name in keyof ScopeSet]: ScopeSet[Name] extends readonly unknown[] ? Name : never;
}[keyof ScopeSet];

/** An array as long as the one in `struct scope_set`, filled with one value. */
function filled<T>(name: ArrayName, value: T): T[] {
  const { layout } = fieldOf(ScopeSet.layout, name);
  return new Array<T>(layout.kind === 'array' ? layout.length : 0).fill(value);
}

/** The half of `filter_strings` that belongs to a set. */
export type Half = 0 | 1;

/**
 * Encodes `struct scope_set`. The caller owns the bytes.
 *
 * @throws {SpoorError} INVALID_VALUE when the values of all number kinds need more than
 * FILTER_SEGMENTS_MAX segments
 */
export function encodeScopeSet(compiled: CompiledScopes, half: Half): Uint8Array {
  const { bits, enabled, follow, exclude, tables } = compiled;
  const segments = filled('segments', { first: 0n, equal: 0n, unequal: 0n });
  const [users, missing] = [filled('users', 0n), filled('missing', 0n)];
  const slices = filled('slices', { start: 0, count: 0 });
  const takers = filled('events', compiled.otherEvents);
  for (const { kind, takers: word } of compiled.events.values()) takers[kind] = word;

  const rows = tables.flatMap((table) => table.segments);
  if (rows.length > segments.length) {
    throw new SpoorError(
      'INVALID_VALUE',
      `the numbers of all filters need ${rows.length} segments, but only ${segments.length} fit`,
      { remedy: 'Use ranges instead of long lists: a range takes two segments, whatever its length.' },
    );
  }
  segments.splice(0, rows.length, ...rows);

  let start = 0;
  let ends = 0n;
  for (const table of tables) {
    const { number, segments: own, texts } = table;
    users[number] = table.users;
    missing[number] = table.missing;
    slices[number] = { start, count: own.length };
    start += own.length;
    if (texts.some(({ end }) => end)) ends |= 1n << BigInt(number);
  }
  return compileCodec(ScopeSet.layout).encode({
    version: bits.version,
    half,
    reserved: 0,
    enabled,
    follow,
    exclude,
    users,
    missing,
    ends,
    births: birthsOf(bits),
    events: takers,
    slices,
    segments,
  });
}

/** A version that is never reached. Its difference to any other version does not overflow. */
const never = 2n ** 63n - 1n;

/**
 * Rows by version: the kernel looks for the last one that is not later than the version of a
 * process.
 */
function birthsOf({ born }: ScopeBits): ScopeBirth[] {
  const births = filled<ScopeBirth>('births', { version: never, kept: 0n });
  const versions = [...new Set([0n, ...born])].sort((a, b) => Number(a - b));
  for (const [index, version] of versions.entries()) {
    const bits = [...born.keys()].filter((bit) => born[bit]! <= version);
    births[index] = { version, kept: wordOf(bits) };
  }
  return births;
}

/** A row of `filter_strings`: `struct filter_text` and `struct filter_words`. */
export interface StringRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Encodes the rows of all texts for one half. The caller owns the bytes. */
export function encodeStrings(compiled: CompiledScopes, half: Half): StringRow[] {
  const words = compileCodec(FilterWords.layout);
  return compiled.tables.flatMap(({ number, texts }) =>
    texts.map((entry) => ({ key: encodeKey(number, entry, half), value: words.encode(entry) })),
  );
}

function encodeKey(table: number, { end, bytes: text }: TextEntry, half: Half): Uint8Array {
  const from = fieldOf(FilterText.layout, 'half').offset;
  const field = fieldOf(FilterText.layout, 'bytes');
  const bytes = new Uint8Array(field.layout.size);
  bytes.set(text);
  return compileCodec(FilterText.layout).encode({
    // The trie compares all that follows the length: also `half`, `table` and the zeros between.
    prefixBits: (field.offset - from + text.length) * 8,
    half,
    table: table * 2 + Number(end),
    zero: new Uint8Array(field.offset - fieldOf(FilterText.layout, 'zero').offset),
    bytes,
  });
}
