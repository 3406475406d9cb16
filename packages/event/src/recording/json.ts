/** JSON of a recording, which anybody may have written. */

/** Bytes of the longest JSON block that is read: the header of this version has 70 KB. */
export const mostJsonBytes = 1024 * 1024;
/** Arrays and objects inside one another: the header of this version has 12. */
const mostDepth = 64;
/** Members and elements of all arrays and objects: the header of this version has 6,115. */
const mostEntries = 65_536;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses JSON of a bounded size. Its objects have no prototype: every name is data, even
 * `__proto__` and `constructor`.
 *
 * @throws TypeError saying why the text is invalid
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > mostJsonBytes) throw new TypeError(`${bytes.length} bytes of JSON are too many`);
  checkShape(bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new TypeError('it is not UTF-8');
  }
  try {
    return withoutPrototypes(JSON.parse(text));
  } catch {
    // The message of V8 quotes the text.
    throw new TypeError('it is not JSON');
  }
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/** Looks at the text before anything is made of it. */
function checkShape(bytes: Uint8Array): void {
  let depth = 0;
  let entries = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else if (byte === comma) entries++;
    // Both kinds of brackets differ in one bit.
    else if ((byte & 0xdf) === 0x5b) {
      entries++;
      depth++;
    } else if ((byte & 0xdf) === 0x5d) depth--;
    if (depth > mostDepth) throw new TypeError(`it is nested more than ${mostDepth} deep`);
    if (entries > mostEntries) throw new TypeError(`it has more than ${mostEntries} entries`);
  }
}

function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) withoutPrototypes(inner);
  return Array.isArray(value) ? value : Object.setPrototypeOf(value, null);
}

/** Returns true if the value is a JSON object, and not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names the type of a value for a message, without the value itself. */
function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A known field with a value of a type that it cannot have. */
export function wrongType(name: string, value: unknown, expected: string): TypeError {
  return new TypeError(`${name} is ${typeName(value)}, not ${expected}`);
}
