import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText } from './escape.js';

describe('escapeText', () => {
  it.each([
    ['plain text, ÄÖ and 漢字 🎉', 'plain text, ÄÖ and 漢字 🎉'],
    ['a\nb\tc\r\0', 'a\\nb\\tc\\r\\0'],
    ['\x1b[31mred\x07\x7f\x9b', '\\x1b[31mred\\x07\\x7f\\u{9b}'],
    ['\u202eexe.txt\u2066', '\\u{202e}exe.txt\\u{2066}'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}\u3164', '\\u{e0041}\\u{3164}'],
    ['\\n', '\\\\n'],
  ])('escapes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  it('shows bytes that are not UTF-8, and only those', () => {
    const bytes = Buffer.concat([
      Buffer.from('a\u00e4\n'),
      Buffer.of(0xff, 0xc3, 0x62),
      Buffer.from('\ufffd\u{1f389}'),
    ]);
    expect(escapeText(bytes)).toBe('aä\\n\\xff\\xc3b\ufffd🎉');
    expect(escapeText(Buffer.of(0xed, 0xa0, 0x80))).toBe('\\xed\\xa0\\x80');
    expect(escapeText(Buffer.of(0xc0, 0xaf))).toBe('\\xc0\\xaf');
    expect(escapeText(Buffer.of(0xf4, 0x90, 0x80, 0x80))).toBe('\\xf4\\x90\\x80\\x80');
    expect(escapeText(Buffer.of(0xc2, 0x81, 0x81))).toBe('\\u{81}\\x81');
    expect(escapeText(Buffer.of(0xe2, 0x82))).toBe('\\xe2\\x82');
    expect(escapeText(Buffer.of(0xef, 0xbb, 0xbf, 0xff))).toBe('\\u{feff}\\xff');
  });

  it('leaves nothing that a terminal obeys, and no two inputs alike', () => {
    const obeyed = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const escaped = escapeText(bytes);
        expect(escaped).not.toMatch(obeyed);
        const hex = Buffer.from(bytes).toString('hex');
        expect(seen.get(escaped) ?? hex).toBe(hex);
        seen.set(escaped, hex);
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees with the platform on what UTF-8 is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        expect(escapeText(Buffer.from(text))).toBe(escapeText(Buffer.from(text).toString()));
      }),
    );
  });
});
