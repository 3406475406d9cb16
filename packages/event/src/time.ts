let second = -1n;
let prefix = '';

/** RFC 3339 in UTC with nanoseconds, of nanoseconds since 1970: `2026-11-22T16:49:03.000000001Z`. */
export function rfc3339(ns: bigint): string {
  const whole = ns >= 0n ? ns / 1_000_000_000n : (ns - 999_999_999n) / 1_000_000_000n;
  if (whole !== second) {
    // Events come in order: nearly all share the second of the one before.
    prefix = new Date(Number(whole) * 1000).toISOString().slice(0, -4);
    second = whole;
  }
  return `${prefix}${String(ns - whole * 1_000_000_000n).padStart(9, '0')}Z`;
}
