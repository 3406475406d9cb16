/** A bit, or several at once, and what people call it. One that includes another stands before it. */
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

/** A table of bits in order, from the lowest: `prefix` and a name each; `-` where a bit has none. */
export function bitNames(prefix: string, names: string, first = 0): BitNames {
  return names
    .split(/\s+/)
    .map((name, index) => [2 ** (first + index), `${prefix}${name}`] as const)
    .filter(([, name]) => name !== `${prefix}-`);
}
