import type { EventMemory } from '../view/memory.js';
import { lastWord, readText } from '../view/text.js';
import { harmless } from './harmless.js';

/** Bytes of the first block. */
const least = 4096;
/**
 * Characters up to which room is made for the most bytes that they can take; of longer ones they
 * are counted first.
 */
const short = 1024;
/**
 * Bytes that may be written behind the text, and that what comes next overwrites: words are written
 * where a few bytes are meant.
 */
const slack = 4;

/**
 * `000` to `999`, one word each, whose last byte is not used. Longer numbers are composed of them.
 */
const threeDigits = new Int32Array(1000);
for (let value = 0; value < 1000; value++) {
  const tens = Math.floor(value / 10);
  threeDigits[value] = 0x303030 + Math.floor(value / 100) + ((tens % 10) << 8) + ((value % 10) << 16);
}

/**
 * Four bytes at a time are found to be what JSON has as it is, in ASCII that terminals only show:
 * from `#` to `~`, and no backslash. Of any other byte one of the three sums has the highest bit;
 * of a space and a `!` too, and of few bytes beside another such.
 */
const ones = 0x01010101;
const lowest = 0x23232323;
const backslashes = 0x5c5c5c5c;
const highBits = 0x80808080 | 0;

/**
 * Collects text as UTF-8 in one block of memory, so that a line needs no string of its own. The
 * block grows when it is full, and is used again after `clear`.
 *
 * @example
 * ```ts
 * const lines = new LineBuffer();
 * for (const event of events) writeJsonLine(event, lines);
 * writeSync(fd, lines.bytes);
 * lines.clear(); // ready for the next events
 * ```
 */
export class LineBuffer {
  #block = Buffer.allocUnsafeSlow(least);
  #view = viewOf(this.#block);
  #length = 0;

  /** Bytes of the text so far. */
  get length(): number {
    return this.#length;
  }

  /** The text so far: in place, until more is added. */
  get bytes(): Buffer {
    return this.#block.subarray(0, this.#length);
  }

  /** Adds a text. Half a surrogate pair becomes U+FFFD. */
  add(text: string): void {
    const at = this.#reserve(text.length <= short ? 3 * text.length : Buffer.byteLength(text));
    this.#length = at + this.#block.write(text, at);
  }

  /** Forgets the text and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Hands out the text with its memory, which is the caller's from then on, and begins anew. */
  take(): Buffer {
    const { bytes } = this;
    this.#block = Buffer.allocUnsafeSlow(least);
    this.#view = viewOf(this.#block);
    this.#length = 0;
    return bytes;
  }

  /** The text so far, as a string. */
  toString(): string {
    return this.#block.toString('utf8', 0, this.#length);
  }

  /** Forgets the text from a place on. */
  _cut(from: number): void {
    this.#length = from;
  }

  /** Puts an ASCII character in the place of another. */
  _replace(at: number, character: number): void {
    this.#block[at] = character;
  }

  /** An ASCII character. */
  _character(character: number): void {
    const at = this.#reserve(1);
    this.#block[at] = character;
    this.#length = at + 1;
  }

  /** A text that is added often: word by word, which takes less time than a call of `set`. */
  _literal({ words, length }: Literal): void {
    const at = this.#reserve(length);
    const view = this.#view;
    for (let index = 0; index < words.length; index++) view.setInt32(at + 4 * index, words[index]!, true);
    this.#length = at + length;
  }

  /** Bytes of whole characters. */
  _bytes(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#block.set(bytes, at);
    this.#length = at + bytes.length;
  }

  /** A whole number from 0 to 2^53, in digits. */
  _decimal(value: number): void {
    if (value < 1000) {
      const at = this.#reserve(3);
      const count = value < 10 ? 1 : value < 100 ? 2 : 3;
      this.#view.setInt32(at, threeDigits[value]! >>> (8 * (3 - count)), true);
      this.#length = at + count;
    } else {
      const thousands = Math.floor(value / 1000);
      this._decimal(thousands);
      this.#threeDigits(value - 1000 * thousands);
    }
  }

  /** A whole number below 10^9, in nine digits. */
  _nineDigits(value: number): void {
    const thousands = Math.floor(value / 1000);
    const millions = Math.floor(thousands / 1000);
    this.#threeDigits(millions);
    this.#threeDigits(thousands - 1000 * millions);
    this.#threeDigits(value - 1000 * thousands);
  }

  /**
   * A text in JSON, of its bytes. False, and all is as it was, when they may not stand for one:
   * they have to be looked at more closely then.
   */
  _quoted(memory: EventMemory, offset: number, length: number): boolean {
    const at = this.#reserve(length + 2);
    const source = memory.view;
    const view = this.#view;
    const whole = length & ~3;
    let odd = 0;
    for (let index = 0; index < whole; index += 4) {
      const word = source.getInt32(offset + index, true);
      odd |= (word - lowest) | (word + ones) | ((word ^ backslashes) - ones);
      view.setInt32(at + 1 + index, word, true);
    }
    const count = length & 3;
    const tail = lastWord(memory, offset + whole, count);
    const filled = tail | (lowest << (8 * count));
    odd |= (filled - lowest) | (filled + ones) | ((filled ^ backslashes) - ones);
    if ((odd & highBits) !== 0) return this.#quotedSlowly(readText(memory, offset, length));
    view.setInt32(at + 1 + whole, tail, true);
    this.#block[at] = 0x22;
    this.#block[at + 1 + length] = 0x22;
    this.#length = at + length + 2;
    return true;
  }

  #quotedSlowly(text: string): boolean {
    if (text.includes('\ufffd')) return false;
    this.add(harmless(JSON.stringify(text)));
    return true;
  }

  #threeDigits(value: number): void {
    const at = this.#reserve(3);
    this.#view.setInt32(at, threeDigits[value]!, true);
    this.#length = at + 3;
  }

  /** Makes room for as many bytes. Returns where. */
  #reserve(count: number): number {
    const end = this.#length + count + slack;
    if (end > this.#block.length) this.#grow(end);
    return this.#length;
  }

  #grow(end: number): void {
    const block = Buffer.allocUnsafeSlow(Math.max(2 * this.#block.length, end));
    block.set(this.bytes);
    this.#block = block;
    this.#view = viewOf(block);
  }
}

/** A text, as the words of its bytes in UTF-8. */
export interface Literal {
  readonly words: Int32Array;
  readonly length: number;
}

/** Makes a text ready for `LineBuffer._literal`. */
export function literal(text: string): Literal {
  const bytes = Buffer.from(text);
  const whole = Buffer.alloc((bytes.length + 3) & ~3);
  whole.set(bytes);
  const words = Int32Array.from({ length: whole.length / 4 }, (_, index) => whole.readInt32LE(4 * index));
  return { words, length: bytes.length };
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
