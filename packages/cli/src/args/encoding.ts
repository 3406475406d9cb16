import { readFileSync } from 'node:fs';
import { SpoorError } from '@spoor/core';

/** Node.js decodes arguments as UTF-8, with this character in place of bytes that are not. */
const replacement = '\ufffd';

/** Returns true if a decoded text may stand for other bytes. */
export function mayBeInexact(text: string): boolean {
  return text.includes(replacement);
}

/**
 * Checks that the arguments have the bytes that their texts have. Otherwise a path would name
 * another file than the user wrote.
 *
 * @param args the arguments of this process
 * @param count how many of them to check
 * @throws {SpoorError} INVALID_VALUE when one is not UTF-8
 */
export function checkEncoding(args: readonly string[], count: number): void {
  if (!args.slice(0, count).some(mayBeInexact)) return;
  const bytes = argumentBytes(args);
  const found = bytes?.slice(0, count).find((argument) => !Buffer.from(argument.toString()).equals(argument));
  if (found === undefined) return;
  throw new SpoorError('INVALID_VALUE', `the argument '${printable(found)}' is not UTF-8`, {
    remedy: 'Write it in UTF-8. For a file, give a symbolic link whose name is UTF-8.',
  });
}

/** Returns the bytes of the arguments; undefined if they are not those of this process. */
function argumentBytes(args: readonly string[]): readonly Buffer[] | undefined {
  let line: string;
  try {
    line = readFileSync('/proc/self/cmdline', 'latin1');
  } catch {
    // Without /proc, the bytes are unknown.
    return undefined;
  }
  const all = line.split('\0').slice(0, -1);
  const own = all.slice(all.length - args.length).map((argument) => Buffer.from(argument, 'latin1'));
  return own.every((argument, index) => argument.toString() === args[index]) ? own : undefined;
}

/** Shows each byte that is not printable ASCII as `\xNN`. */
function printable(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
