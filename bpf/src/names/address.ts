export const AF_INET = 2;
const AF_INET6 = 10;

/**
 * Returns the text of an IP address; undefined for a family without IP addresses.
 *
 * @example
 * ```ts
 * ipText(AF_INET, Uint8Array.of(127, 0, 0, 1)); // '127.0.0.1'
 * ```
 */
export function ipText(family: number, address: Uint8Array): string | undefined {
  if (family === AF_INET) return ipv4Text(address);
  return family === AF_INET6 ? ipv6Text(address) : undefined;
}

/** `127.0.0.1` for four bytes. */
export function ipv4Text(bytes: Uint8Array): string {
  return bytes.subarray(0, 4).join('.');
}

/** The text of an IPv6 address as RFC 5952 wants it: `2001:db8::1`, `::ffff:192.0.2.1`. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[2 * index]! << 8) | bytes[2 * index + 1]!);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return `::ffff:${ipv4Text(bytes.subarray(12))}`;
  const { start, length } = longestZeroRun(groups);
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
