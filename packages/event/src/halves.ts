/** A 64-bit number by its halves in digits, unsigned: without a bigint where a double has it exactly. */
export function decimal(lo: number, hi: number): string {
  return hi < 0x200000 ? String(hi * 2 ** 32 + lo) : String((BigInt(hi) << 32n) | BigInt(lo));
}
