const second = 1_000_000_000n;

/** The second that the last time was in, and how it begins. */
let start = -second;
let prefix = '';

/** RFC 3339 in UTC with nanoseconds, of nanoseconds since 1970: `2026-11-22T16:49:03.000000001Z`. */
export function rfc3339(ns: bigint): string {
  let past = ns - start;
  if (past < 0n || past >= second) {
    // Events come in order: nearly all share the second of the one before.
    const whole = ns >= 0n ? ns / second : (ns - second + 1n) / second;
    start = whole * second;
    prefix = new Date(Number(whole) * 1000).toISOString().slice(0, -4);
    past = ns - start;
  }
  return `${prefix}${String(Number(past)).padStart(9, '0')}Z`;
}
