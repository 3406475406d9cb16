import { isLossy } from '../text.js';
import { hex } from './presentation.js';

/** The bytes of all arguments, when one is not UTF-8, under `name`. */
export function rawArguments<Name extends string>(
  argv: readonly string[],
  bytes: Uint8Array,
  name: Name,
): { [N in Name]?: string[] } {
  if (!argv.some((text) => text.includes('\ufffd'))) return {};
  const raw: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    raw.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  const lossy = raw.some((part, index) => isLossy(argv[index]!, part));
  return (lossy ? { [name]: raw.map(hex) } : {}) as { [N in Name]?: string[] };
}
