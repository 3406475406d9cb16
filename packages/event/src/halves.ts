/** A 64-bit number by its halves, without a bigint where a double has it exactly. */

/** In digits, unsigned. */
export function decimal(lo: number, hi: number): string {
  return hi < 0x200000 ? String(hi * 2 ** 32 + lo) : String((BigInt(hi) << 32n) | BigInt(lo));
}

/** Signed; exact where it lies within 2^53. */
export function signedNumber(lo: number, hi: number): number {
  return (hi | 0) * 2 ** 32 + lo;
}
