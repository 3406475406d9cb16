const DOT = 0x2e;
const BACKSLASH = 0x5c;

const escaped = (byte: number): string => {
  if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`;
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
};

/** The text of bytes in ASCII. Different bytes have different texts. */
export const escapedText = (bytes: Uint8Array): string => Array.from(bytes, escaped).join('');

/**
 * Returns a copy of a message whose labels dns-packet reads as escaped text in lower case. It calls
 * `toString` for each label and joins the texts with dots. As UTF-8, a dot in a label would look
 * like the end of the label, and different bytes would have the same text.
 */
export function readableNames(bytes: Uint8Array): Buffer {
  const message = Buffer.from(bytes);
  const textOf = (_encoding?: string, start = 0, end = message.length) =>
    escapedText(message.subarray(start, end)).toLowerCase();
  return Object.assign(message, { toString: textOf });
}
