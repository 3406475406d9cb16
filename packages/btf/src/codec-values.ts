import { SpoorError } from '@spoor/core';
import { describeLayout, type Layout } from './layout.js';

/** Shared by both kinds of codec: text, bytes, checks and error messages. */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const loneSurrogate = /\p{Surrogate}/u;
/** Above this many bytes a native decoder is quicker than joining characters. */
const shortText = 32;

/**
 * The text at `offset`, up to the first NUL. ASCII that is short, which almost every comm is, stays
 * in JavaScript.
 */
export function readChars(view: DataView, offset: number, size: number): string {
  const short = Math.min(size, shortText);
  let text = '';
  for (let at = 0; at < short; at++) {
    const byte = view.getUint8(offset + at);
    if (byte === 0) return text;
    if (byte >= 0x80) return decodeChars(view, offset, size);
    text += String.fromCharCode(byte);
  }
  return short === size ? text : decodeChars(view, offset, size);
}

function decodeChars(view: DataView, offset: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  // A copy: TextDecoder refuses shared memory.
  return decoder.decode(bytes.slice(0, end === -1 ? size : end));
}

/** A copy of the bytes at `offset`. */
export function readBytes(view: DataView, offset: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, size).slice();
}

/**
 * Writes the text and zeros behind it. Returns false if `value` is not a text that fits and reads
 * back equal.
 */
export function putChars(view: DataView, offset: number, size: number, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (size > shortText) return encodeChars(view, offset, size, value);
  if (value.length > size) return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0 || code >= 0x80) return encodeChars(view, offset, size, value);
    view.setUint8(offset + at, code);
  }
  for (let at = value.length; at < size; at++) view.setUint8(offset + at, 0);
  return true;
}

function encodeChars(view: DataView, offset: number, size: number, value: string): boolean {
  if (loneSurrogate.test(value) || value.includes('\0')) return false;
  const text = encoder.encode(value);
  if (text.length > size) return false;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  bytes.set(text);
  bytes.fill(0, text.length);
  return true;
}

/** False when `value` is not exactly `size` bytes. */
export function putBytes(view: DataView, offset: number, size: number, value: unknown): boolean {
  if (!(value instanceof Uint8Array) || value.length !== size) return false;
  new Uint8Array(view.buffer, view.byteOffset + offset, size).set(value);
  return true;
}

/** Bitfields of more bits are bigints. */
export const numberBits = 32;

/** Padding is written as zeros: the kernel hashes and compares every byte of a key. */
export function putZeros(view: DataView, offset: number, size: number): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, size).fill(0);
}

/** A codec never touches a byte outside of the view that it was given. */
export function failBounds(view: DataView, offset: number, layout: Layout): never {
  const { size } = layout;
  throw new SpoorError(
    'RECORD_MALFORMED',
    `${describeLayout(layout)} takes ${size} bytes at offset ${offset}, and there are ${view.byteLength} in all`,
    { details: { size, offset, length: view.byteLength } },
  );
}

export function failValue(value: unknown, expected: string, path: string): never {
  throw new SpoorError('INVALID_VALUE', `${path}: expected ${expected}, got ${describeValue(value)}`, {
    remedy: `Give ${expected}.`,
    details: { path, value },
  });
}

/** Describes the values that can be written for a layout. */
export function describeExpected(layout: Layout): string {
  switch (layout.kind) {
    case 'int':
    case 'enum':
    case 'pointer': {
      const bits = layout.size * 8;
      const signed = layout.kind !== 'pointer' && layout.signed;
      const type = layout.size >= 8 ? 'a bigint' : 'an integer';
      return signed ? `${type} from -2^${bits - 1} to 2^${bits - 1} - 1` : `${type} from 0 to 2^${bits} - 1`;
    }
    case 'bits': {
      if (layout.bool) return 'a boolean';
      const type = layout.bits > numberBits ? 'a bigint' : 'an integer';
      return layout.signed
        ? `${type} from -2^${layout.bits - 1} to 2^${layout.bits - 1} - 1`
        : `${type} from 0 to 2^${layout.bits} - 1`;
    }
    case 'float':
      return 'a number';
    case 'bool':
      return 'a boolean';
    case 'chars':
      return `a well-formed string of at most ${layout.size} bytes in UTF-8 without NUL`;
    case 'bytes':
    case 'union':
      return `a Uint8Array of ${layout.size} bytes`;
    case 'array':
      return `an array of ${layout.length}`;
    case 'struct':
      return 'an object';
  }
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
}
