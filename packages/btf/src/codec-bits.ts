import { numberBits } from './codec-values.js';
import type { BitsLayout } from './layout.js';

/** Reads the bytes of a bitfield as one number, little-endian. */
function wordAt(view: DataView, offset: number, size: number): bigint {
  let word = 0n;
  for (let at = size - 1; at >= 0; at--) word = (word << 8n) | BigInt(view.getUint8(offset + at));
  return word;
}

export function readBits(view: DataView, offset: number, layout: BitsLayout): number | bigint | boolean {
  const { size, shift, bits, signed, bool } = layout;
  const raw = BigInt.asUintN(bits, wordAt(view, offset, size) >> BigInt(shift));
  if (bool) return raw !== 0n;
  const value = signed ? BigInt.asIntN(bits, raw) : raw;
  return bits > numberBits ? value : Number(value);
}

/**
 * Writes a bitfield, and leaves the other bits of its bytes alone. Returns false if the value is
 * not one of its values.
 */
export function putBits(view: DataView, offset: number, layout: BitsLayout, value: unknown): boolean {
  const { size, shift, bits } = layout;
  const number = numberOf(value, layout);
  if (number === undefined) return false;
  const mask = BigInt.asUintN(bits, -1n) << BigInt(shift);
  let word = (wordAt(view, offset, size) & ~mask) | ((number << BigInt(shift)) & mask);
  for (let at = 0; at < size; at++) {
    view.setUint8(offset + at, Number(word & 0xffn));
    word >>= 8n;
  }
  return true;
}

function numberOf(value: unknown, { bits, signed, bool }: BitsLayout): bigint | undefined {
  if (bool) return typeof value === 'boolean' ? BigInt(value) : undefined;
  const isWide = bits > numberBits;
  if (isWide ? typeof value !== 'bigint' : !Number.isInteger(value)) return undefined;
  const number = BigInt(value as number | bigint);
  return (signed ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number)) === number
    ? number
    : undefined;
}
