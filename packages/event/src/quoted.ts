import { harmless } from './harmless.js';

/** Texts that were quoted lately: so many, and none that is longer: a megabyte or two at most. */
const known = new Map<string, string>();
const most = 4096;
const longest = 128;

/** A text in JSON, harmless to terminals. Paths repeat. */
export function quoted(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = harmless(JSON.stringify(text));
  if (text.length > longest) return made;
  if (known.size >= most) known.clear();
  known.set(text, made);
  return made;
}
