import type { Renderer } from './renderer.js';

/** One object a line. */
export function jsonRenderer(): Renderer {
  return {
    begin: () => '',
    event: (event) => `${harmless(JSON.stringify(event))}\n`,
    end: () => '',
  };
}

/** JSON.stringify escapes C0 only: DEL and C1 still speak to a terminal, marks of direction to its reader. */
const hostile = /[\x7f-\x9f\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;
const ascii = /^[ -~]*$/;

/** The same JSON with nothing in it that a terminal or a log could obey. */
function harmless(json: string): string {
  if (ascii.test(json)) return json;
  return json.replace(hostile, (character) =>
    // By code units: beyond U+FFFF, JSON writes a pair.
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
