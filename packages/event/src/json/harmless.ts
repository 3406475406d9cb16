const ascii = /^[ -~]*$/;
const hostile = /[\x7f-\x9f\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;

/**
 * JSON with what a terminal or a log could obey written as `\u` escapes, which stand for the same.
 */
export function harmless(json: string): string {
  if (ascii.test(json)) return json;
  return json.replace(hostile, (character) =>
    // By code units: beyond U+FFFF, JSON writes a pair.
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
