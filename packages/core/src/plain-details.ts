/**
 * Copies the details of an error so that `JSON.stringify` accepts them. A bigint becomes its
 * decimal text, a number that JSON lacks becomes its name, and a typed array, Map or Set an array.
 *
 * @param details any values
 */
export function plainDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return plainObject(details, new Set());
}

function plainObject(object: object, outer: ReadonlySet<object>): Record<string, unknown> {
  const within = new Set(outer).add(object);
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, plain(value, within)]));
}

/** @param outer the objects that contain the value */
function plain(value: unknown, outer: ReadonlySet<object>): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (outer.has(value)) return '[circular]';
  if (value instanceof Error) return value.message;
  if (value instanceof Date) return value;
  if (isList(value)) {
    const within = new Set(outer).add(value);
    return Array.from(value, (item) => plain(item, within));
  }
  return plainObject(value, outer);
}

function isList(value: object): value is Iterable<unknown> {
  const isView = ArrayBuffer.isView(value) && !(value instanceof DataView);
  return Array.isArray(value) || isView || value instanceof Map || value instanceof Set;
}
