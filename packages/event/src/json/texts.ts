import { isLossy } from '../view/text.js';
import type { EventMethods } from '../view/types.js';

/** The methods from which the entries of a text are made. */
export type Texts = Pick<EventMethods, 'bytes' | 'isTruncated'>;

/** A text of an event: the field of the record, the name of its entry, and the text itself. */
interface NamedText {
  readonly field: string;
  readonly name: string;
  readonly text: string;
}

/** Adds `Raw` if the text is not UTF-8, and `Truncated` if it was cut. */
export function addNotes(entry: object, event: Texts, named: NamedText): void {
  addRaw(entry, event, named);
  if (event.isTruncated(named.field)) (entry as Record<string, unknown>)[`${named.name}Truncated`] = true;
}

/** Adds the bytes of a text that is not UTF-8, under its name with `Raw`. */
export function addRaw(entry: object, event: Texts, { field, name, text }: NamedText): void {
  if (!text.includes('\ufffd')) return;
  const bytes = event.bytes(field);
  if (isLossy(text, bytes)) (entry as Record<string, unknown>)[`${name}Raw`] = hex(bytes);
}

/** Returns the bytes of all texts of a list if one of them is not UTF-8. */
export function rawList(texts: readonly string[], bytes: Uint8Array): string[] | undefined {
  if (!texts.some((text) => text.includes('\ufffd'))) return undefined;
  const raw: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    raw.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return raw.some((part, index) => isLossy(texts[index]!, part)) ? raw.map(hex) : undefined;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
