import type { Pattern } from './pattern.js';

/**
 * How patterns are spelled. In an expression as in a shell: a value is made of bare parts and parts
 * in double quotes; a star means something in bare parts only; a backslash takes the next character
 * for itself.
 */

/** A value from the text at `at`, up to a space, a comma or the end. */
export interface ReadPattern extends Pattern {
  readonly end: number;
  /** A star that is neither first nor last: its offset. */
  readonly innerStar?: number;
}

/** A wrong spelling: its place and the problem. */
export interface Misspelling {
  readonly from: number;
  readonly to: number;
  readonly problem: string;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
const longEscape = /^\\u\{([0-9a-fA-F]{1,6})\}/;

interface Piece {
  readonly text: string;
  readonly length: number;
}

function readEscape(source: string, at: number): Piece | Misspelling {
  const next = [...source.slice(at + 1, at + 3)][0];
  if (next === undefined) return { from: at, to: at + 1, problem: 'trailing backslash' };
  const long = longEscape.exec(source.slice(at, at + 12));
  if (long) {
    const code = Number.parseInt(long[1]!, 16);
    if (code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) {
      return { text: String.fromCodePoint(code), length: long[0].length };
    }
    return { from: at, to: at + long[0].length, problem: 'invalid character number' };
  }
  const named = escapes[next];
  if (named === undefined && /[\p{L}\p{N}]/u.test(next)) {
    return {
      from: at,
      to: at + 1 + next.length,
      problem: 'unknown escape (use \\n, \\t, \\r or \\u{…})',
    };
  }
  return { text: named ?? next, length: 1 + next.length };
}

/** Reads the value of an expression that begins at `at`. */
export function readSpelled(source: string, at: number): ReadPattern | Misspelling {
  let text = '';
  let quotedFrom: number | undefined;
  const stars: { readonly offset: number; readonly textLength: number }[] = [];
  let here = at;
  while (here < source.length) {
    const char = source[here]!;
    if (quotedFrom === undefined && (char === ',' || /\s/u.test(char))) break;
    if (char === '\\') {
      const escaped = readEscape(source, here);
      if ('problem' in escaped) return escaped;
      text += escaped.text;
      here += escaped.length;
      continue;
    }
    if (char === '"') quotedFrom = quotedFrom === undefined ? here : undefined;
    else if (char === '*' && quotedFrom === undefined) stars.push({ offset: here, textLength: text.length });
    else text += char;
    here += 1;
  }
  if (quotedFrom !== undefined) return { from: quotedFrom, to: source.length, problem: 'unterminated quote' };
  return placeStars(text, stars, here);
}

function placeStars(
  text: string,
  stars: readonly { readonly offset: number; readonly textLength: number }[],
  end: number,
): ReadPattern {
  if (text === '' && stars.length > 0) return { text, starBefore: false, starAfter: true, end };
  const inner = stars.find(({ textLength }) => textLength !== 0 && textLength !== text.length);
  return {
    text,
    starBefore: stars.some(({ textLength }) => textLength === 0),
    starAfter: stars.some(({ textLength }) => textLength === text.length),
    end,
    ...(inner === undefined ? {} : { innerStar: inner.offset }),
  };
}

const escapeChar = (char: string): string => {
  if (char === '"' || char === '\\') return `\\${char}`;
  const named = Object.entries(escapes).find(([, value]) => value === char);
  return named ? `\\${named[0]}` : `\\u{${char.codePointAt(0)!.toString(16)}}`;
};

/** The spelling of a pattern in an expression. */
export function spell({ text, starBefore, starAfter }: Pattern): string {
  const bare = /^[^\s,"\\*=\p{C}\p{Z}][^\s,"\\*\p{C}\p{Z}]*$/u.test(text);
  const needsQuotes = !bare && !(text === '' && (starBefore || starAfter));
  const body = needsQuotes ? `"${text.replace(/["\\\p{C}\u2028\u2029]/gu, escapeChar)}"` : text;
  return `${starBefore ? '*' : ''}${body}${starAfter ? '*' : ''}`;
}

/**
 * The spelling in JSON, where a string needs no quotes of ours: only a star and a backslash that
 * stand for themselves have a backslash in front.
 */
export function spellJson({ text, starBefore, starAfter }: Pattern): string {
  return `${starBefore ? '*' : ''}${text.replace(/[\\*]/g, '\\$&')}${starAfter ? '*' : ''}`;
}

/** Reads a value of a policy file. */
export function readJsonSpelled(source: string): ReadPattern | Misspelling {
  let text = '';
  const stars: { readonly offset: number; readonly textLength: number }[] = [];
  for (let here = 0; here < source.length; here++) {
    const char = source[here]!;
    if (char === '*') stars.push({ offset: here, textLength: text.length });
    else if (char !== '\\') text += char;
    else if (source[here + 1] === '*' || source[here + 1] === '\\') text += source[++here];
    else
      return {
        from: here,
        to: here + 1,
        problem: 'a backslash may only precede a star or another backslash',
      };
  }
  return placeStars(text, stars, source.length);
}
