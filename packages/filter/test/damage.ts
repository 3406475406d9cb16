import fc from 'fast-check';

/** A slip of the hand: a character lost, put in, or another; or the end before the beginning. */
export interface Slip {
  readonly at: number;
  readonly what: number;
  readonly char: string;
}

const anyChar = fc.oneof(
  fc.constantFrom(...'=!<>,*"\\ .:-@/\n\0{}[]0'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);

const slips = fc.array(fc.record({ at: fc.nat(10_000), what: fc.nat(3), char: anyChar }), {
  minLength: 1,
  maxLength: 4,
});

/** Ways to damage one text: 25, so that 400 texts are 10,000 damaged ones. */
export const manySlips = fc.array(slips, { minLength: 25, maxLength: 25 });

/** The text with these slips. */
export function mutate(text: string, edits: readonly Slip[]): string {
  let chars = [...text];
  for (const { at, what, char } of edits) {
    const place = chars.length === 0 ? 0 : at % chars.length;
    if (what === 0) chars.splice(place, 1);
    else if (what === 1) chars.splice(place, 0, char);
    else if (what === 2) chars[place] = char;
    else chars = [...chars.slice(place), ...chars.slice(0, place)];
  }
  return chars.join('');
}
