import type { EventMemory } from './memory.js';

/** Longer texts are decoded each time: they repeat less, and comparing them costs what decoding does. */
const INTERNED = 64;
const SLOTS = 4096;

/**
 * Texts that were seen lately, one a slot: process names, binaries and libraries repeat endlessly, and decoding one
 * costs 120 to 200 ns against some 30 for finding it here. 0.3 MB, made at the first text.
 */
class TextCache {
  readonly #bytes = new Uint8Array(SLOTS * INTERNED);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');

  find({ u8, text }: EventMemory, offset: number, length: number): string {
    const end = offset + length;
    // Both ends and the length: paths differ in their tails, names in their heads. A clash only costs a decoding.
    let hash = length;
    for (let index = end - Math.min(length, 12); index < end; index++)
      hash = (Math.imul(hash, 31) + u8[index]!) | 0;
    for (let index = offset; index < offset + Math.min(length - 12, 6); index++)
      hash = (Math.imul(hash, 31) + u8[index]!) | 0;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const bytes = this.#bytes;
    const start = slot * INTERNED;
    if (this.#lengths[slot] === length) {
      let index = 0;
      while (index < length && bytes[start + index] === u8[offset + index]) index++;
      if (index === length) return this.#texts[slot]!;
    }
    const value = text.toString('utf8', offset, end);
    for (let index = 0; index < length; index++) bytes[start + index] = u8[offset + index]!;
    this.#lengths[slot] = length;
    this.#texts[slot] = value;
    return value;
  }
}

let cache: TextCache | undefined;

/** The text of `length` bytes; what is not UTF-8 becomes U+FFFD. Short texts come from a cache. */
export function readText(memory: EventMemory, offset: number, length: number): string {
  if (length === 0) return '';
  if (length > INTERNED) return memory.text.toString('utf8', offset, offset + length);
  cache ??= new TextCache();
  return cache.find(memory, offset, length);
}

/** Bytes of a `char[size]` in front of its first NUL. */
export function charsLength({ u8 }: EventMemory, offset: number, size: number): number {
  let length = 0;
  while (length < size && u8[offset + length] !== 0) length++;
  return length;
}

/** Whether `text`, decoded from `bytes`, stands for those bytes: it does not when they were not UTF-8. */
export function isLossy(text: string, bytes: Uint8Array): boolean {
  return text.includes('\ufffd') && Buffer.compare(Buffer.from(text), bytes) !== 0;
}
