/**
 * Escapes text from outside before it is printed, so that no terminal or log obeys it.
 *
 * Escaped are control characters (C0, DEL, C1), the marks that turn the direction of writing or are
 * invisible (CVE-2021-42574), line and paragraph separators, lone surrogates, private-use tags, and
 * the backslash itself, so that nothing escaped can be imitated. Newline, tab and their like have
 * their short names: `\n`; other characters below U+0080 are `\x1b`, the rest `\u{9b}` and
 * `\u{202e}`. Bytes that are not UTF-8 are `\xff`, each for itself.
 *
 * @example
 * ```ts
 * escapeText('a\nb\u202e'); // 'a\\nb\\u{202e}'
 * escapeText(Uint8Array.of(0x61, 0xff)); // 'a\\xff'
 * ```
 */
export function escapeText(text: string | Uint8Array): string {
  if (typeof text === 'string') return harmless.test(text) ? text : text.replace(hostile, escapeCharacter);
  const decoded = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString();
  if (!decoded.includes('\ufffd')) return escapeText(decoded);
  return escapeBytes(text);
}

/** Printable ASCII without the backslash: nearly every text, and quickly seen. */
const harmless = /^[ -[\]-~]*$/;

/**
 * Cc: C0, DEL, C1. Cf: format characters, bidirectional controls, zero-width joiners and tags among
 * them. Cs: surrogates without a partner. Zl, Zp: separators. Then the Hangul fillers, letters that
 * nobody sees. What is unassigned or private stays: it is only unknown to the font.
 */
const hostile = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

const shortNames: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\0': '\\0',
};

function escapeCharacter(character: string): string {
  const short = shortNames[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  return code < 0x80 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The longest valid sequence at each place, or one byte escaped. */
function escapeBytes(bytes: Uint8Array): string {
  let out = '';
  for (let start = 0; start < bytes.length; ) {
    const length = sequenceLength(bytes, start);
    if (length === 0) {
      out += `\\x${bytes[start]!.toString(16).padStart(2, '0')}`;
      start++;
    } else {
      out += escapeText(decoder.decode(bytes.subarray(start, start + length)));
      start += length;
    }
  }
  return out;
}

/** Bytes of the valid UTF-8 character at `start`; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const lead = bytes[start]!;
  const length = leadLength(lead);
  if (length < 2) return length;
  if (start + length > bytes.length) return 0;
  const second = bytes[start + 1]!;
  const { low, high } = secondByte[lead] ?? { low: 0x80, high: 0xbf };
  if (second < low || second > high) return 0;
  for (let index = start + 2; index < start + length; index++) if ((bytes[index]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** Overlong forms, surrogates and what lies past U+10FFFF show in the byte after these. */
const secondByte: Readonly<Record<number, { low: number; high: number }>> = {
  224: { low: 0xa0, high: 0xbf },
  237: { low: 0x80, high: 0x9f },
  240: { low: 0x90, high: 0xbf },
  244: { low: 0x80, high: 0x8f },
};

function leadLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
