import type { Names } from './names.js';

/**
 * A bit, or several at once, and what people call it. One that includes another stands before it.
 */
export type BitNames = readonly (readonly [bits: number, name: string])[];

/** `MS_RDONLY|MS_NOSUID`; bits without a name come last, in hexadecimal. Empty for 0. */
export function bitsText(value: number, table: BitNames): string {
  const found: string[] = [];
  let left = value >>> 0;
  for (const [bits, name] of table) {
    if ((left & bits) >>> 0 !== bits >>> 0) continue;
    found.push(name);
    left = (left & ~bits) >>> 0;
  }
  if (left !== 0) found.push(`0x${left.toString(16)}`);
  return found.join('|');
}

/**
 * A table of bits in order, from the lowest: `prefix` and a name each; `-` where a bit has none.
 */
export function bitNames(prefix: string, names: string, first = 0): BitNames {
  return names
    .split(/\s+/)
    .map((name, index) => [2 ** (first + index), `${prefix}${name}`] as const)
    .filter(([, name]) => name !== `${prefix}-`);
}

/** Makes names from bits: `numberOf` takes what `bitsText` returns. */
export function bitsNames(table: BitNames): Names<string> {
  const numbers = new Map(table.map(([bits, name]) => [name, bits]));
  return {
    of: (value) => bitsText(value, table),
    numberOf: (text) => bitsNumber(text, numbers),
    examples: table
      .slice(0, 2)
      .map(([, name]) => name)
      .join('|'),
  };
}

/** Reads `A|B|0x40`; undefined if a name is unknown. */
export function bitsNumber(text: string, numbers: ReadonlyMap<string, number>): number | undefined {
  let value = 0;
  for (const name of text.split('|')) {
    const bits = numbers.get(name) ?? (/^0x[0-9a-f]{1,8}$/.test(name) ? Number(name) : undefined);
    if (bits === undefined) return undefined;
    value = (value | bits) >>> 0;
  }
  return value;
}
