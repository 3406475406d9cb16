import type { EventMemory } from './memory.js';

/**
 * Bytes of the longest text that is kept. Longer ones repeat less, and comparing them costs what
 * decoding does.
 */
const LONGEST = 96;
const WORDS = LONGEST / 4;
const SLOTS = 4096;

/**
 * Texts that were seen lately, one a slot: process names, binaries and libraries repeat endlessly,
 * and decoding one costs 120 to 200 ns against some 30 for finding it here. 0.4 MB, made at the
 * first text.
 */
class TextCache {
  /** The bytes of each slot's text, as words, the last one filled up with zeros. */
  readonly #words = new Int32Array(SLOTS * WORDS);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');

  find(memory: EventMemory, offset: number, length: number): string {
    const { view } = memory;
    const whole = length >>> 2;
    let hash = length;
    for (let word = 0; word < whole; word++) hash = mix(hash, view.getInt32(offset + 4 * word, true));
    const tail = lastWord(memory, offset + 4 * whole, length & 3);
    hash = mix(hash, tail);
    const slot = slotOf(hash);
    const words = this.#words;
    const start = slot * WORDS;
    if (this.#lengths[slot] === length && ((length & 3) === 0 || words[start + whole] === tail)) {
      let word = 0;
      while (word < whole && words[start + word] === view.getInt32(offset + 4 * word, true)) word++;
      if (word === whole) return this.#texts[slot]!;
    }
    return this.#keep(slot, memory, offset, length);
  }

  /** Apart from `find`, which is compiled soon and inlined often. */
  #keep(slot: number, memory: EventMemory, offset: number, length: number): string {
    const value = memory.text.toString('utf8', offset, offset + length);
    const whole = length >>> 2;
    const words = this.#words;
    const start = slot * WORDS;
    for (let word = 0; word < whole; word++)
      words[start + word] = memory.view.getInt32(offset + 4 * word, true);
    if ((length & 3) !== 0) words[start + whole] = lastWord(memory, offset + 4 * whole, length & 3);
    this.#lengths[slot] = length;
    this.#texts[slot] = value;
    return value;
  }
}

/** FNV, a word at a time. */
function mix(hash: number, word: number): number {
  return Math.imul(hash, 0x01000193) ^ word;
}

function slotOf(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (spread ^ (spread >>> 16)) & (SLOTS - 1);
}

/** The up to three bytes behind the last whole word. */
export function lastWord({ u8 }: EventMemory, offset: number, count: number): number {
  let word = 0;
  for (let index = 0; index < count; index++) word |= u8[offset + index]! << (8 * index);
  return word;
}

/**
 * Decodes a `char[16]`, which each event has: found by its four words, whatever follows the
 * NUL.
 */
class NameCache {
  readonly #words = new Uint32Array(SLOTS * 4);
  readonly #texts: (string | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);

  find(memory: EventMemory, offset: number): string {
    const { u32 } = memory;
    const at = offset >>> 2;
    const first = u32[at]!;
    const second = u32[at + 1]!;
    const third = u32[at + 2]!;
    const fourth = u32[at + 3]!;
    const slot = slotOf(mix(mix(first, second), mix(third, fourth)));
    const words = this.#words;
    const start = slot * 4;
    const known = this.#texts[slot];
    if (
      known !== undefined &&
      words[start] === first &&
      words[start + 1] === second &&
      words[start + 2] === third &&
      words[start + 3] === fourth
    )
      return known;
    const value = memory.text.toString('utf8', offset, offset + charsLength(memory, offset, 16));
    words.set(u32.subarray(at, at + 4), start);
    this.#texts[slot] = value;
    return value;
  }
}

let names: NameCache | undefined;

/** The text of a `char[16]` at a multiple of 4. */
export function readName(memory: EventMemory, offset: number): string {
  names ??= new NameCache();
  return names.find(memory, offset);
}

let cache: TextCache | undefined;

/** The text of `length` bytes; what is not UTF-8 becomes U+FFFD. Short texts come from a cache. */
export function readText(memory: EventMemory, offset: number, length: number): string {
  if (length === 0) return '';
  if (length > LONGEST) return memory.text.toString('utf8', offset, offset + length);
  cache ??= new TextCache();
  return cache.find(memory, offset, length);
}

/** Bytes of a `char[size]` in front of its first NUL. */
export function charsLength({ u8 }: EventMemory, offset: number, size: number): number {
  let length = 0;
  while (length < size && u8[offset + length] !== 0) length++;
  return length;
}

/**
 * Returns true if `text`, decoded from `bytes`, stands for those bytes. It does not if they are not
 * UTF-8.
 */
export function isLossy(text: string, bytes: Uint8Array): boolean {
  return text.includes('\ufffd') && Buffer.compare(Buffer.from(text), bytes) !== 0;
}
