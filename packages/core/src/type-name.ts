/**
 * Names the type of a value for a message: `a string`, `an empty array`. Never shows the value,
 * which may be long, or secret, as an environment is.
 *
 * @example
 * ```ts
 * typeName(null); // 'null'
 * ```
 */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array of other values';
  const type = typeof value;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
