import { factBytes } from '../facts.js';
import type { Comparison } from '../kinds/kind.js';
import { textOf } from '../kinds/text-values.js';

/**
 * One entry of `filter_strings`: what is known of texts that begin (or end) so, shorter entries
 * included.
 */
export interface TextEntry {
  /** Compared with the end of a text: `bytes` are reversed. */
  readonly end: boolean;
  /** A whole text ends with a NUL. */
  readonly bytes: Uint8Array;
  readonly equal: bigint;
  readonly unequal: bigint;
}

interface Growing {
  readonly bytes: Buffer;
  equal: bigint;
  unequal: bigint;
}

/**
 * The entries that say for each text which scopes name it with `=` and with `!=`. The trie finds
 * the longest entry that a text begins with, and no other: so each entry also has what its own
 * shorter beginnings say.
 */
export function textEntries(
  uses: readonly { readonly bit: number; readonly filters: readonly Comparison[] }[],
): TextEntry[] {
  const tables = { false: new Map<string, Growing>(), true: new Map<string, Growing>() };
  for (const { bit, filters } of uses) {
    for (const { operator, values } of filters) {
      for (const value of values) {
        const { text, at } = textOf(value);
        const end = at === 'end';
        const plain = Buffer.from(factBytes(text));
        const bytes = end ? plain.reverse() : at === 'whole' ? Buffer.concat([plain, Buffer.of(0)]) : plain;
        const table = tables[`${end}`];
        const key = bytes.toString('latin1');
        const entry = table.get(key) ?? { bytes, equal: 0n, unequal: 0n };
        entry[operator === '=' ? 'equal' : 'unequal'] |= 1n << BigInt(bit);
        table.set(key, entry);
      }
    }
  }
  return [...withBeginnings(tables.false, false), ...withBeginnings(tables.true, true)];
}

function withBeginnings(table: ReadonlyMap<string, Growing>, end: boolean): TextEntry[] {
  // In order of bytes every entry comes right after its beginnings: those on the stack.
  const sorted = [...table.values()].sort((a, b) => a.bytes.compare(b.bytes));
  const stack: Growing[] = [];
  for (const entry of sorted) {
    while (stack.length > 0 && !beginsWith(entry.bytes, stack.at(-1)!.bytes)) stack.pop();
    const shorter = stack.at(-1);
    entry.equal |= shorter?.equal ?? 0n;
    entry.unequal |= shorter?.unequal ?? 0n;
    stack.push(entry);
  }
  return sorted.map(({ bytes, equal, unequal }) => ({ end, bytes, equal, unequal }));
}

const beginsWith = (bytes: Buffer, start: Buffer) =>
  start.length <= bytes.length && bytes.subarray(0, start.length).equals(start);
